package io.barnabas.coordinator.group;

import io.barnabas.metadata.ClusterImage;

/**
 * The cluster as a group was looked at with it. Two are equal only if they are the same: a
 * comparison would cost more than another look.
 */
final class Looked {
  private final ClusterImage image;

  private Looked(ClusterImage image) {
    this.image = image;
  }

  static Looked at(ClusterImage image) {
    return new Looked(image);
  }

  ClusterImage image() {
    return image;
  }

  /** Whether neither topics nor brokers have changed since. */
  boolean isStill(ClusterImage now) {
    return image.topics() == now.topics() && image.brokers() == now.brokers();
  }
}
