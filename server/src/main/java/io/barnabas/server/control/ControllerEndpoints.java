package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.Fact.ControllerImage;
import io.barnabas.metadata.Fact.Endpoint;
import java.util.List;
import java.util.Optional;

/** Where the node that leads the quorum takes requests. */
public final class ControllerEndpoints {
  private ControllerEndpoints() {}

  /**
   * As a controller, or else as a broker, as the cluster knows it.
   *
   * @param node the one that leads
   * @param listener the name of the listener by which nodes reach each other
   */
  public static Optional<Endpoint> of(ClusterImage image, int node, String listener) {
    ControllerImage controller = image.controllers().get(node);
    List<Endpoint> endpoints =
        controller == null
            ? image.broker(node).map(BrokerImage::endpoints).orElse(List.of())
            : controller.endpoints();
    return endpoints.stream().filter(each -> each.listener().equals(listener)).findFirst();
  }
}
