package io.barnabas.replica;

/** How far a reader may read. */
public enum ReadLimit {
  /** Up to the high watermark: a consumer. */
  HIGH_WATERMARK,
  /** Up to the last stable offset: a consumer that wants committed records only. */
  LAST_STABLE_OFFSET,
  /** Up to the log end: a follower. */
  LOG_END
}
