package io.barnabas.log;

/**
 * How a data directory's logs are compacted, under Kafka's names.
 *
 * @param enabled whether they are (log.cleaner.enable)
 * @param dedupeBufferBytes the most memory for the keys of a pass (log.cleaner.dedupe.buffer.size),
 *     and about as much for the records of one batch
 * @param loadFactor how much of that is used, above 0 and not above 1
 *     (log.cleaner.io.buffer.load.factor)
 * @param ioMaxBytesPerSecond how much is read and written in a second, both together
 *     (log.cleaner.io.max.bytes.per.second)
 * @param backoffMs the pause when there is nothing to do (log.cleaner.backoff.ms)
 */
public record CleanerOptions(
    boolean enabled,
    long dedupeBufferBytes,
    double loadFactor,
    double ioMaxBytesPerSecond,
    long backoffMs) {
  /** Kafka's defaults: 128 MiB, nine tenths of it, as fast as the disk goes, 15 seconds. */
  public static CleanerOptions defaults() {
    return new CleanerOptions(true, 128L << 20, 0.9, Double.MAX_VALUE, 15_000);
  }
}
