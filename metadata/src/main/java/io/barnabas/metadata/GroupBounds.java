package io.barnabas.metadata;

/**
 * What the settings of groups of the consumer protocol may be, by the settings of the node that
 * decides, and what holds where a group has none of its own. All in milliseconds, all included.
 *
 * @param minSessionTimeoutMs group.consumer.min.session.timeout.ms
 * @param maxSessionTimeoutMs group.consumer.max.session.timeout.ms
 * @param sessionTimeoutMs group.consumer.session.timeout.ms
 * @param minHeartbeatIntervalMs group.consumer.min.heartbeat.interval.ms
 * @param maxHeartbeatIntervalMs group.consumer.max.heartbeat.interval.ms
 * @param heartbeatIntervalMs group.consumer.heartbeat.interval.ms
 */
public record GroupBounds(
    int minSessionTimeoutMs,
    int maxSessionTimeoutMs,
    int sessionTimeoutMs,
    int minHeartbeatIntervalMs,
    int maxHeartbeatIntervalMs,
    int heartbeatIntervalMs) {
  /** Those of a node that is not told otherwise. */
  public static final GroupBounds DEFAULTS =
      new GroupBounds(45_000, 60_000, 45_000, 5_000, 15_000, 5_000);
}
