package io.barnabas.log;

import java.util.Optional;

/**
 * A record found by time.
 *
 * @param offset of the record, or -1
 * @param timestampMs of the record, or -1
 * @param leaderEpoch of its batch
 */
public record OffsetAndTimestamp(long offset, long timestampMs, Optional<Integer> leaderEpoch) {}
