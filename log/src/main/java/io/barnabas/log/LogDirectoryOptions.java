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
 * @param scrubBytesPerSecond how fast all that is stored is read and compared with its checksums; 0
 *     if it is not
 * @param scrubPauseMs how long after that a log is read again
 * @param cleaner how logs are compacted
 */
public record LogDirectoryOptions(
    long producerIdExpirationMs,
    long retentionCheckIntervalMs,
    long checkpointIntervalMs,
    long watermarkIntervalMs,
    int scrubBytesPerSecond,
    long scrubPauseMs,
    CleanerOptions cleaner) {
  /** A week. */
  public static final long SCRUB_PAUSE_MS = 604_800_000;

  /**
   * Kafka's defaults, a day, five minutes, a minute and five seconds; and 4 MiB a second, with a
   * pause of a week; and those of {@link CleanerOptions}.
   */
  public static LogDirectoryOptions defaults() {
    return new LogDirectoryOptions(
        86_400_000, 300_000, 60_000, 5_000, 4 << 20, SCRUB_PAUSE_MS, CleanerOptions.defaults());
  }
}
