package io.barnabas.server.membership;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.metadata.Fact.FeatureRange;
import io.barnabas.server.control.ControllerEndpoints;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * What a node tells its cluster of itself.
 *
 * @param incarnation drawn anew at each start
 * @param endpoints where clients and other nodes reach it
 * @param peerListener the listener at which nodes reach each other
 * @param directories the ids of its log directories
 * @param features the levels that it supports
 */
public record NodeIdentity(
    int id,
    String clusterId,
    Uuid incarnation,
    Optional<String> rack,
    List<Endpoint> endpoints,
    String peerListener,
    List<Uuid> directories,
    List<FeatureRange> features) {
  /** Copies the lists. */
  public NodeIdentity {
    endpoints = List.copyOf(endpoints);
    directories = List.copyOf(directories);
    features = List.copyOf(features);
  }

  /** This node as one that may become the active controller: reached by other nodes only. */
  public Fact.ControllerImage asController() {
    return new Fact.ControllerImage(
        id,
        incarnation,
        endpoints.stream().filter(each -> each.listener().equals(peerListener)).toList(),
        features);
  }

  /** Where the node that may be the active controller is reached by this one. */
  public Optional<Endpoint> controllerEndpoint(ClusterImage image, int node) {
    return node == id ? Optional.empty() : ControllerEndpoints.of(image, node, peerListener);
  }

  /** Where a broker is reached by this node. */
  public Optional<Endpoint> brokerEndpoint(ClusterImage image, int node) {
    return image.broker(node).flatMap(broker -> peerEndpoint(broker.endpoints()));
  }

  /** Where another node with these endpoints is reached by this one. */
  Optional<Endpoint> peerEndpoint(List<Endpoint> others) {
    return others.stream().filter(each -> each.listener().equals(peerListener)).findFirst();
  }
}
