package io.barnabas.server.api;

import io.barnabas.server.membership.Members;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.settings.NodeSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;

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
    handlers.add(new CreateTopicsHandler(context));
    handlers.add(new DeleteTopicsHandler(context));
    handlers.add(new CreatePartitionsHandler(context));
    handlers.add(new DescribeClusterHandler(context));
    handlers.add(new DescribeConfigsHandler(context));
    handlers.add(new AlterConfigsHandler(context));
    handlers.add(
        new LoggerLevelsHandler(
            new IncrementalAlterConfigsHandler(context),
            context.nodeId(),
            LoggerLevels.ofProgram()));
    handlers.add(new ListConfigResourcesHandler(context));
    handlers.add(new UpdateFeaturesHandler(context));
    handlers.add(new DescribeClientQuotasHandler(context));
    handlers.add(new AlterClientQuotasHandler(context));
    handlers.add(new DescribeAclsHandler(context));
    handlers.add(new CreateAclsHandler(context));
    handlers.add(new DeleteAclsHandler(context));
    handlers.add(new DescribeUserScramCredentialsHandler(context));
    handlers.add(new AlterUserScramCredentialsHandler(context));
    handlers.add(new DescribeLogDirsHandler(context));
    handlers.add(new AlterPartitionReassignmentsHandler(context));
    handlers.add(new ListPartitionReassignmentsHandler(context));
    handlers.add(new ElectLeadersHandler(context));
    handlers.add(new AlterPartitionHandler(context));
    handlers.add(new AssignReplicasToDirsHandler(context));
    handlers.add(new UnregisterBrokerHandler(context));
    members.ifPresent(
        some -> {
          handlers.add(new BrokerRegistrationHandler(some));
          handlers.add(new BrokerHeartbeatHandler(some));
          handlers.add(new ControllerRegistrationHandler(some));
        });
    handlers.add(new ApiVersionsHandler(List.copyOf(handlers), context::image, context.nodeId()));
    Map<ApiKeys, ApiHandler<?>> byApi = new EnumMap<>(ApiKeys.class);
    for (ApiHandler<?> handler : handlers) {
      byApi.put(handler.api(), handler);
    }
    return byApi;
  }
}
