package io.barnabas.metadata;

/** Something that the controller is asked to change, and how it answers. */
@FunctionalInterface
public interface Command<A> {
  /**
   * Decides on an image. Pure: it may be called again on a newer image if the cluster did not agree
   * to the facts of the first time.
   *
   * @param nowMs milliseconds since 1970-01-01 UTC
   */
  Decision<A> decide(ClusterImage image, long nowMs);

  /**
   * Whether a member of the cluster asks, or its controller, so that no client's command may keep
   * it waiting.
   */
  default boolean isMembers() {
    return false;
  }
}
