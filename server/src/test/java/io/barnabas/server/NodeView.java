package io.barnabas.server;

import io.barnabas.metadata.ClusterImage;

/** What tests of other packages may see of a node. */
public final class NodeView {
  private NodeView() {}

  /** What the cluster has agreed on, as far as a node knows. */
  public static ClusterImage image(Node node) {
    return node.image();
  }
}
