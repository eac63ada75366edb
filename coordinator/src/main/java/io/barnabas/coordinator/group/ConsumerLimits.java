package io.barnabas.coordinator.group;

import java.util.List;

/**
 * What groups of the consumer protocol may do, by the settings of those names.
 *
 * @param sessionTimeoutMs group.consumer.session.timeout.ms, where a group has none of its own
 * @param minSessionTimeoutMs group.consumer.min.session.timeout.ms
 * @param maxSessionTimeoutMs group.consumer.max.session.timeout.ms
 * @param heartbeatIntervalMs group.consumer.heartbeat.interval.ms, likewise
 * @param minHeartbeatIntervalMs group.consumer.min.heartbeat.interval.ms
 * @param maxHeartbeatIntervalMs group.consumer.max.heartbeat.interval.ms
 * @param assignmentIntervalMs group.consumer.assignment.interval.ms, likewise
 * @param maxSize group.consumer.max.size
 * @param assignors group.consumer.assignors, the one that is taken if nobody asks for one first
 * @param migration group.consumer.migration.policy
 * @param regexRefreshIntervalMs group.consumer.regex.refresh.interval.ms
 */
public record ConsumerLimits(
    int sessionTimeoutMs,
    int minSessionTimeoutMs,
    int maxSessionTimeoutMs,
    int heartbeatIntervalMs,
    int minHeartbeatIntervalMs,
    int maxHeartbeatIntervalMs,
    int assignmentIntervalMs,
    int maxSize,
    List<String> assignors,
    Migration migration,
    int regexRefreshIntervalMs) {
  /** Copies the list. */
  public ConsumerLimits {
    assignors = List.copyOf(assignors);
  }

  /**
   * Which live groups change their protocol: by the first member that comes with the consumer
   * protocol, or when the last one that spoke it has gone and others are left.
   */
  public enum Migration {
    /** Both. */
    BIDIRECTIONAL(true, true),
    /** To the consumer protocol only. */
    UPGRADE(true, false),
    /** To the classic protocol only. */
    DOWNGRADE(false, true),
    /** None. */
    DISABLED(false, false);

    private final boolean up;
    private final boolean down;

    Migration(boolean up, boolean down) {
      this.up = up;
      this.down = down;
    }

    boolean isUp() {
      return up;
    }

    boolean isDown() {
      return down;
    }
  }
}
