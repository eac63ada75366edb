package io.barnabas.coordinator.group;

/**
 * What groups may do, by the settings of those names.
 *
 * @param minSessionTimeoutMs group.min.session.timeout.ms
 * @param maxSessionTimeoutMs group.max.session.timeout.ms
 * @param initialRebalanceDelayMs group.initial.rebalance.delay.ms
 * @param maxSize group.max.size
 * @param offsetMetadataMaxBytes offset.metadata.max.bytes
 * @param offsetsRetentionMs offsets.retention.minutes, in milliseconds
 * @param expiryIntervalMs offsets.retention.check.interval.ms
 */
public record GroupLimits(
    int minSessionTimeoutMs,
    int maxSessionTimeoutMs,
    int initialRebalanceDelayMs,
    int maxSize,
    int offsetMetadataMaxBytes,
    long offsetsRetentionMs,
    long expiryIntervalMs) {}
