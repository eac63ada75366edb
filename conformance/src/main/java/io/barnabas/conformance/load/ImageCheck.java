package io.barnabas.conformance.load;

import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * Compares the images of Barnabas's nodes: every change that they agree on carries a digest of what
 * it was decided on, and a node with another digest stops.
 */
final class ImageCheck {
  private ImageCheck() {}

  /** Waits until every node has taken the change by which a topic came, and goes on. */
  static void everyNodeTakes(ClusterProcess cluster, String topic)
      throws IOException, InterruptedException {
    for (int id : cluster.ids()) {
      try (TopicWatch watch = TopicWatch.at(cluster.node(id).address())) {
        watch.awaitTopic(topic);
        watch.seenNanos();
      } catch (ExecutionException e) {
        throw new IOException("node " + id + " did not take the last change", e);
      }
    }
    allAlive(cluster);
  }

  /** A node that ended by itself has found something wrong, such as an image unlike the others'. */
  static void allAlive(ClusterProcess cluster) throws IOException {
    for (int id : cluster.ids()) {
      if (!cluster.node(id).isAlive()) {
        throw new IOException("node " + id + " has ended; its output says why");
      }
    }
  }
}
