package io.barnabas.coordinator.group;

import io.barnabas.metadata.ClusterImage;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What holds for one group: its own settings within what the broker allows, or the broker's. Where
 * the bounds have changed so that members would be expelled between two reports, the broker's.
 *
 * @param sessionTimeoutMs how long a member may be silent
 * @param heartbeatIntervalMs how often it is to report
 * @param assignmentIntervalMs how long one assignment is kept at least
 */
record ConsumerSettings(int sessionTimeoutMs, int heartbeatIntervalMs, int assignmentIntervalMs) {
  /**
   * The broker allows no more; a setting from before a bound was changed is taken for the bound.
   */
  private static final int MAX_ASSIGNMENT_INTERVAL_MS = 15_000;

  static ConsumerSettings of(ClusterImage image, String group, ConsumerLimits limits) {
    Map<String, String> own = image.configsOf(new ConfigResource(ConfigResource.Type.GROUP, group));
    int sessionMs =
        Math.clamp(
            number(own, "consumer.session.timeout.ms", limits.sessionTimeoutMs()),
            limits.minSessionTimeoutMs(),
            limits.maxSessionTimeoutMs());
    int heartbeatMs =
        Math.clamp(
            number(own, "consumer.heartbeat.interval.ms", limits.heartbeatIntervalMs()),
            limits.minHeartbeatIntervalMs(),
            limits.maxHeartbeatIntervalMs());
    boolean fit = heartbeatMs < sessionMs;
    return new ConsumerSettings(
        fit ? sessionMs : limits.sessionTimeoutMs(),
        fit ? heartbeatMs : limits.heartbeatIntervalMs(),
        Math.clamp(
            number(own, "consumer.assignment.interval.ms", limits.assignmentIntervalMs()),
            0,
            MAX_ASSIGNMENT_INTERVAL_MS));
  }

  /** Settings were checked when they were made. */
  private static int number(Map<String, String> own, String name, int otherwise) {
    String value = own.get(name);
    return value == null ? otherwise : Integer.parseInt(value.trim());
  }
}
