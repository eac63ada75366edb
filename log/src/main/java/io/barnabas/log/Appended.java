package io.barnabas.log;

/**
 * Where an append went.
 *
 * @param firstOffset of the first record
 * @param lastOffset of the last record
 * @param logAppendTimeMs the time given to the records, or -1 when they kept their own
 * @param logStartOffset the log's first offset at that moment
 * @param duplicate whether the batch was there already; the offsets are then the old ones
 */
public record Appended(
    long firstOffset,
    long lastOffset,
    long logAppendTimeMs,
    long logStartOffset,
    boolean duplicate) {}
