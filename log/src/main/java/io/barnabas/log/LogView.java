package io.barnabas.log;

/**
 * A partition's bounds at one moment.
 *
 * @param logStartOffset the first offset that may be read
 * @param logEndOffset the offset that the next record gets
 * @param flushedEndOffset everything below it survives a power loss
 */
public record LogView(long logStartOffset, long logEndOffset, long flushedEndOffset) {}
