package io.barnabas.coordinator.group;

import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;

/**
 * What a group committed for a partition.
 *
 * @param offset the next one to read
 * @param leaderEpoch of the last record that was read, -1 if that was not said
 * @param metadata the client's own
 * @param committedMs when, by the wall clock
 * @param expiresMs when it is to be forgotten, if the client said so
 * @param topicId zero if it is not known
 */
public record CommittedOffset(
    long offset,
    int leaderEpoch,
    String metadata,
    long committedMs,
    OptionalLong expiresMs,
    Uuid topicId) {}
