package io.barnabas.replica;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The replicas of a topic that one of its settings names as throttled.
 *
 * @param all whether all are
 * @param some else these
 */
record ThrottledReplicas(boolean all, Set<Id> some) {
  /** A replica, as it is named: there need be no such one. */
  record Id(long partition, long broker) {
    static Id parse(String text) {
      String[] parts = text.trim().split(":", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException("'" + text + "' is not like partition:broker");
      }
      return new Id(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }
  }

  static final ThrottledReplicas NONE = new ThrottledReplicas(false, Set.of());

  /**
   * Reads {@code *}, or {@code partition:broker,partition:broker,...}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static ThrottledReplicas parse(String setting) {
    String text = setting.trim();
    if (text.isEmpty()) {
      return NONE;
    }
    return text.equals("*")
        ? new ThrottledReplicas(true, Set.of())
        : new ThrottledReplicas(
            false, Arrays.stream(text.split(",")).map(Id::parse).collect(Collectors.toSet()));
  }

  boolean contains(int partition, int broker) {
    return all || (!some.isEmpty() && some.contains(new Id(partition, broker)));
  }
}
