package io.barnabas.log;

/**
 * Where a leader epoch ended, as OffsetForLeaderEpoch answers.
 *
 * @param epoch the greatest epoch not above the one asked for, or -1 if unknown
 * @param endOffset the start of the next epoch or the log end, or -1 if unknown
 */
public record EpochEnd(int epoch, long endOffset) {}
