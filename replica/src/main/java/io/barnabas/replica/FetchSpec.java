package io.barnabas.replica;

import java.util.OptionalInt;

/**
 * What a reader wants of one partition.
 *
 * @param fetchOffset the first offset wanted
 * @param maxBytes not exceeded, except by a first batch when {@code atLeastOneBatch}
 * @param currentLeaderEpoch the leadership that the reader knows of, if it said so
 * @param lastFetchedEpoch the epoch of the last record that the reader has, if it said so
 * @param upTo how far it may read
 * @param leaderOnly whether a follower in sync must not answer
 * @param readerStart where the log begins that the reader keeps itself, -1 if it keeps none
 */
public record FetchSpec(
    long fetchOffset,
    int maxBytes,
    boolean atLeastOneBatch,
    OptionalInt currentLeaderEpoch,
    OptionalInt lastFetchedEpoch,
    ReadLimit upTo,
    boolean leaderOnly,
    long readerStart) {}
