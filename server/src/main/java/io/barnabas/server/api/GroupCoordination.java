package io.barnabas.server.api;

import io.barnabas.coordinator.Coordinator;
import io.barnabas.coordinator.CoordinatorOptions;
import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.coordinator.group.GroupLimits;
import io.barnabas.coordinator.group.GroupMachine;
import io.barnabas.coordinator.group.GroupsState;
import io.barnabas.replica.Replicas;
import io.barnabas.server.settings.GroupCoordinatorSettings;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import org.apache.kafka.common.internals.Topic;

/** Makes the coordinator of groups from the settings. */
public final class GroupCoordination {
  /** Of each partition of the topic; what clients send waits in them for a moment only. */
  private static final int MAX_QUEUED = 10_000;

  /** Well below the largest batch that a topic takes by default. */
  private static final int MAX_BATCH_BYTES = 512 * 1024;

  private GroupCoordination() {}

  /** Has nothing to coordinate until it is told of an image. */
  public static Coordinator<GroupsState, GroupCommand> of(
      World world, NodeSettings settings, Replicas replicas) {
    GroupCoordinatorSettings groups = settings.groups();
    GroupLimits limits =
        new GroupLimits(
            groups.minSessionTimeoutMs(),
            groups.maxSessionTimeoutMs(),
            groups.initialRebalanceDelayMs(),
            groups.maxSize(),
            groups.offsetMetadataMaxBytes(),
            groups.offsetsRetentionMs(),
            groups.expiryIntervalMs());
    return new Coordinator<>(
        world,
        replicas,
        settings.nodeId(),
        new GroupMachine(limits, groups.consumers()),
        new CoordinatorOptions(
            Topic.GROUP_METADATA_TOPIC_NAME,
            groups.commitTimeoutMs(),
            groups.loadBufferBytes(),
            MAX_QUEUED,
            MAX_BATCH_BYTES));
  }
}
