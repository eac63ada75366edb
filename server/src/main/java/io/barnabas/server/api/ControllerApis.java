package io.barnabas.server.api;

import io.barnabas.server.net.ApiHandler;
import java.util.List;

/** The APIs that only the active controller carries out. */
final class ControllerApis {
  private ControllerApis() {}

  /**
   * Those that clients ask any node for, which takes them to the active controller; but for {@link
   * IncrementalAlterConfigsHandler}, of which each node does a part itself.
   */
  static List<ApiHandler<?>> ofClients(ControlContext context) {
    return List.of(
        new CreateTopicsHandler(context),
        new DeleteTopicsHandler(context),
        new CreatePartitionsHandler(context),
        new AlterConfigsHandler(context),
        new UpdateFeaturesHandler(context),
        new AlterClientQuotasHandler(context),
        new CreateAclsHandler(context),
        new DeleteAclsHandler(context),
        new AlterUserScramCredentialsHandler(context),
        new AlterPartitionReassignmentsHandler(context),
        new ElectLeadersHandler(context),
        new DescribeQuorumHandler(context),
        new AddRaftVoterHandler(context),
        new RemoveRaftVoterHandler(context),
        new UnregisterBrokerHandler(context));
  }

  /** Those that nodes ask the active controller for themselves; others answer NOT_CONTROLLER. */
  static List<ApiHandler<?>> ofNodes(ControlContext context) {
    return List.of(
        new AlterPartitionHandler(context),
        new AllocateProducerIdsHandler(context),
        new AssignReplicasToDirsHandler(context));
  }
}
