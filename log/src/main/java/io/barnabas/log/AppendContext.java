package io.barnabas.log;

/**
 * What an append must know besides the batches.
 *
 * @param leaderEpoch the leadership that appends; written into the batches unless a follower's
 * @param origin who made the batches
 */
public record AppendContext(int leaderEpoch, Origin origin) {}
