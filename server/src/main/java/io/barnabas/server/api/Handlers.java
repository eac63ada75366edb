package io.barnabas.server.api;

import io.barnabas.coordinator.Coordinator;
import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.coordinator.group.GroupsState;
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

/**
 * All APIs that a node serves, one handler for each.
 *
 * @param forClients what anybody may ask for
 * @param forNodes that, and what only nodes ask each other for: whoever is served so is believed to
 *     be a node
 */
public record Handlers(
    Map<ApiKeys, ApiHandler<?>> forClients, Map<ApiKeys, ApiHandler<?>> forNodes) {

  /** Makes them immutable. */
  public Handlers {
    forClients = Map.copyOf(forClients);
    forNodes = Map.copyOf(forNodes);
  }

  /**
   * Of a node.
   *
   * @param members what other nodes ask for, if there may be any
   * @param groups coordinates those that this node has to
   */
  public static Handlers of(
      ControlContext context,
      Optional<Members> members,
      Coordinator<GroupsState, GroupCommand> groups) {
    NodeSettings settings = context.atStart();
    List<ApiHandler<?>> handlers =
        new ArrayList<>(
            DataApis.handlers(
                context.world(),
                context.replicas(),
                context::image,
                context::newProducerIds,
                new DataApis.Limits(
                    settings.fetchMaxBytes(),
                    settings.fetchSessionSlots(),
                    context.forwarder().map(_ -> settings.cluster().interBrokerListener()),
                    settings.readsByRack())));
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
    handlers.addAll(GroupApis.handlers(context, new Groups(groups)));
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
    List<ApiHandler<?>> all = new ArrayList<>(handlers);
    all.addAll(ofNodes(context, members, decided));
    return new Handlers(byApi(context, handlers), byApi(context, all));
  }

  /**
   * What nodes ask each other for; nothing if there is but one.
   *
   * @param decided what other nodes may ask for on behalf of clients
   */
  private static List<ApiHandler<?>> ofNodes(
      ControlContext context, Optional<Members> members, List<ApiHandler<?>> decided) {
    if (context.forwarder().isEmpty()) {
      return List.of();
    }
    List<ApiHandler<?>> handlers = new ArrayList<>(ControllerApis.ofNodes(context));
    handlers.add(new EnvelopeHandler(context.controller(), decided));
    members.ifPresent(
        some -> {
          handlers.add(new BrokerRegistrationHandler(some));
          handlers.add(new BrokerHeartbeatHandler(some));
          handlers.add(new ControllerRegistrationHandler(some));
        });
    return handlers;
  }

  private static Map<ApiKeys, ApiHandler<?>> byApi(
      ControlContext context, List<ApiHandler<?>> handlers) {
    Map<ApiKeys, ApiHandler<?>> byApi = new EnumMap<>(ApiKeys.class);
    for (ApiHandler<?> handler : handlers) {
      byApi.put(handler.api(), handler);
    }
    byApi.put(
        ApiKeys.API_VERSIONS,
        new ApiVersionsHandler(List.copyOf(handlers), context::image, context.nodeId()));
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
