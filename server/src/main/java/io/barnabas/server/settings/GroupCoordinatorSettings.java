package io.barnabas.server.settings;

import io.barnabas.coordinator.group.ConsumerLimits;
import io.barnabas.metadata.GroupBounds;
import java.util.Locale;

/**
 * How groups are coordinated.
 *
 * @param minSessionTimeoutMs the shortest session
 * @param maxSessionTimeoutMs the longest session, no less
 * @param initialRebalanceDelayMs how long an empty group waits for more members
 * @param maxSize how many members a group may have
 * @param offsetMetadataMaxBytes what may come with an offset
 * @param offsetsRetentionMs how long offsets are kept that nobody needs
 * @param expiryIntervalMs how often these are looked for
 * @param commitTimeoutMs how long a change may take to be replicated
 * @param loadBufferBytes how much is read at once
 * @param offsetsPartitions of the topic when it comes into being
 * @param offsetsSegmentBytes of the topic when it comes into being
 * @param consumers groups of the consumer protocol
 */
public record GroupCoordinatorSettings(
    int minSessionTimeoutMs,
    int maxSessionTimeoutMs,
    int initialRebalanceDelayMs,
    int maxSize,
    int offsetMetadataMaxBytes,
    long offsetsRetentionMs,
    long expiryIntervalMs,
    int commitTimeoutMs,
    int loadBufferBytes,
    int offsetsPartitions,
    int offsetsSegmentBytes,
    ConsumerLimits consumers) {
  private static final long MINUTE_MS = 60_000;

  static GroupCoordinatorSettings read(Values values) {
    return new GroupCoordinatorSettings(
        values.integer("group.min.session.timeout.ms"),
        values.integer("group.max.session.timeout.ms"),
        values.integer("group.initial.rebalance.delay.ms"),
        values.integer("group.max.size"),
        values.integer("offset.metadata.max.bytes"),
        values.number("offsets.retention.minutes") * MINUTE_MS,
        values.number("offsets.retention.check.interval.ms"),
        values.integer("offsets.commit.timeout.ms"),
        values.integer("offsets.load.buffer.size"),
        values.integer(NodeSettings.OFFSETS_PARTITIONS),
        values.integer("offsets.topic.segment.bytes"),
        consumers(values));
  }

  /** What groups of the consumer protocol can be set to. */
  public GroupBounds bounds() {
    return new GroupBounds(
        consumers.minSessionTimeoutMs(),
        consumers.maxSessionTimeoutMs(),
        consumers.sessionTimeoutMs(),
        consumers.minHeartbeatIntervalMs(),
        consumers.maxHeartbeatIntervalMs(),
        consumers.heartbeatIntervalMs());
  }

  private static ConsumerLimits consumers(Values values) {
    return new ConsumerLimits(
        values.integer("group.consumer.session.timeout.ms"),
        values.integer("group.consumer.min.session.timeout.ms"),
        values.integer("group.consumer.max.session.timeout.ms"),
        values.integer("group.consumer.heartbeat.interval.ms"),
        values.integer("group.consumer.min.heartbeat.interval.ms"),
        values.integer("group.consumer.max.heartbeat.interval.ms"),
        values.integer("group.consumer.assignment.interval.ms"),
        values.integer("group.consumer.max.size"),
        values.list("group.consumer.assignors"),
        ConsumerLimits.Migration.valueOf(
            values.text("group.consumer.migration.policy").orElseThrow().toUpperCase(Locale.ROOT)),
        values.integer("group.consumer.regex.refresh.interval.ms"));
  }
}
