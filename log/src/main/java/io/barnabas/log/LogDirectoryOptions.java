package io.barnabas.log;

/**
 * Settings of a data directory.
 *
 * @param producerIdExpirationMs how long a silent producer is remembered
 *     (producer.id.expiration.ms)
 * @param retentionCheckIntervalMs pause between retention rounds (log.retention.check.interval.ms)
 * @param checkpointIntervalMs pause between recovery-point checkpoints
 *     (log.flush.offset.checkpoint.interval.ms)
 * @param watermarkIntervalMs pause between checkpoints of high watermarks
 *     (replica.high.watermark.checkpoint.interval.ms)
 */
public record LogDirectoryOptions(
    long producerIdExpirationMs,
    long retentionCheckIntervalMs,
    long checkpointIntervalMs,
    long watermarkIntervalMs) {
  /** Kafka's defaults: a day, five minutes, a minute, five seconds. */
  public static LogDirectoryOptions defaults() {
    return new LogDirectoryOptions(86_400_000, 300_000, 60_000, 5_000);
  }
}
