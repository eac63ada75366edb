package io.barnabas.server.api;

import io.barnabas.server.net.Call;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * The cluster's id, its brokers and which of them is the controller.
 *
 * <p>Versions 0 to 2. Version 1 can ask for controllers instead of brokers, which only a
 * controller's own port answers; 2 can ask for fenced brokers too.
 */
final class DescribeClusterHandler extends Handler<DescribeClusterRequestData> {
  private static final byte BROKERS = 1;
  private static final byte CONTROLLERS = 2;

  private final ControlContext context;

  /** Answers from the controller's image. */
  DescribeClusterHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_CLUSTER, 0, 2);
    this.context = context;
  }

  @Override
  public void handle(DescribeClusterRequestData request, Call call) {
    byte type = request.endpointType();
    if (type == BROKERS) {
      call.answer(describe(request, call.client().listenerName()));
      return;
    }
    boolean known = type == CONTROLLERS;
    call.answer(
        new DescribeClusterResponseData()
            .setErrorCode(
                (known ? Errors.MISMATCHED_ENDPOINT_TYPE : Errors.UNSUPPORTED_ENDPOINT_TYPE).code())
            .setErrorMessage(
                known
                    ? "The request was sent to an endpoint of type BROKER, but we wanted an"
                        + " endpoint of type CONTROLLER"
                    : "Unsupported endpoint type " + type));
  }

  private DescribeClusterResponseData describe(
      DescribeClusterRequestData request, String listenerName) {
    PartitionView view = context.view(listenerName);
    DescribeClusterResponseData answer =
        new DescribeClusterResponseData()
            .setClusterId(view.image().clusterId())
            .setControllerId(view.controllerId(context.nodeId()))
            .setEndpointType(BROKERS)
            .setClusterAuthorizedOperations(
                request.includeClusterAuthorizedOperations()
                    ? Operations.ON_CLUSTER
                    : Operations.NOT_ASKED);
    (request.includeFencedBrokers() ? view.allBrokers() : view.brokers())
        .forEach(
            (id, broker) ->
                answer
                    .brokers()
                    .add(
                        new DescribeClusterBroker()
                            .setBrokerId(id)
                            .setHost(broker.endpoint().host())
                            .setPort(broker.endpoint().port())
                            .setRack(broker.rack().orElse(null))
                            .setIsFenced(broker.fenced())));
    return answer;
  }
}
