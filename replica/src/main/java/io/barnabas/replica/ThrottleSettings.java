package io.barnabas.replica;

import io.barnabas.metadata.ClusterImage;
import java.util.function.Function;

/**
 * How much this node may copy of those replicas that their topics name as throttled.
 *
 * @param rates as of an image
 * @param windows over how many windows of time, the one under way among them, bytes are counted
 *     (replication.quota.window.num)
 * @param windowSeconds how long a window is (replication.quota.window.size.seconds)
 */
public record ThrottleSettings(
    Function<ClusterImage, Rates> rates, int windows, int windowSeconds) {

  /**
   * In bytes a second, 0 or more.
   *
   * @param sending to followers (leader.replication.throttled.rate)
   * @param fetching from leaders (follower.replication.throttled.rate)
   */
  public record Rates(long sending, long fetching) {
    /** As fast as it goes. */
    public static final Rates UNLIMITED = new Rates(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** No limits. */
  public static ThrottleSettings none() {
    return new ThrottleSettings(image -> Rates.UNLIMITED, 1, 1);
  }
}
