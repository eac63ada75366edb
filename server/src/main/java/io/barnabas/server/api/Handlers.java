package io.barnabas.server.api;

import io.barnabas.server.forwarding.EnvelopeHandler;
import io.barnabas.server.forwarding.ForwardingHandler;
import io.barnabas.server.membership.Members;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.settings.NodeSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** All APIs that a node serves. */
public final class Handlers {
  private Handlers() {}

  /**
   * One handler for each API.
   *
   * @param members what other nodes ask for, if there may be any
   */
  public static Map<ApiKeys, ApiHandler<?>> all(ControlContext context, Optional<Members> members) {
    NodeSettings settings = context.atStart();
    List<ApiHandler<?>> handlers =
        new ArrayList<>(
            DataApis.handlers(
                context.world(),
                context.replicas(),
                context::image,
                context::newProducerIds,
                new DataApis.Limits(settings.fetchMaxBytes(), settings.fetchSessionSlots())));
    handlers.add(new MetadataHandler(context));
    handlers.add(new DescribeTopicPartitionsHandler(context));
    handlers.add(new DescribeClusterHandler(context));
    handlers.add(new DescribeConfigsHandler(context));
    handlers.add(new ListConfigResourcesHandler(context));
    handlers.add(new DescribeClientQuotasHandler(context));
    handlers.add(new DescribeAclsHandler(context));
    handlers.add(new DescribeUserScramCredentialsHandler(context));
    handlers.add(new DescribeLogDirsHandler(context));
    handlers.add(new ListPartitionReassignmentsHandler(context));
    members.ifPresent(
        some -> {
          handlers.add(new BrokerRegistrationHandler(some));
          handlers.add(new BrokerHeartbeatHandler(some));
          handlers.add(new ControllerRegistrationHandler(some));
        });
    handlers.addAll(ControllerApis.ofNodes(context));
    List<ApiHandler<?>> decided = new ArrayList<>(ControllerApis.ofClients(context));
    for (ApiHandler<?> handler : decided) {
      handlers.add(forwarding(context, handler));
    }
    // The levels of loggers are each node's own.
    IncrementalAlterConfigsHandler configs = new IncrementalAlterConfigsHandler(context);
    decided.add(configs);
    handlers.add(
        new LoggerLevelsHandler(
            forwarding(context, configs), context.nodeId(), LoggerLevels.ofProgram()));
    handlers.add(new ApiVersionsHandler(List.copyOf(handlers), context::image, context.nodeId()));
    // Not for clients, so they are not told of it.
    if (context.forwarder().isPresent()) {
      handlers.add(new EnvelopeHandler(context.controller(), decided));
    }
    Map<ApiKeys, ApiHandler<?>> byApi = new EnumMap<>(ApiKeys.class);
    for (ApiHandler<?> handler : handlers) {
      byApi.put(handler.api(), handler);
    }
    return byApi;
  }

  private static <Q extends ApiMessage> ApiHandler<Q> forwarding(
      ControlContext context, ApiHandler<Q> handler) {
    return context
        .forwarder()
        .<ApiHandler<Q>>map(forwarder -> new ForwardingHandler<>(forwarder, handler))
        .orElse(handler);
  }
}
