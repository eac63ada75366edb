package io.barnabas.server.api;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.server.net.Call;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.NodeCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Tells who votes on the cluster's metadata and who follows, and how far each is. Entries of the
 * quorum stand for Kafka's offsets in the topic {@code __cluster_metadata}.
 *
 * <p>Versions 0 to 2. Version 1 has times; 2 has directory ids and addresses.
 */
final class DescribeQuorumHandler extends Handler<DescribeQuorumRequestData> {
  /** What Kafka calls the listener of its quorum, if it is not named otherwise. */
  private static final String LISTENER = "CONTROLLER";

  private static final int FIRST_WITH_PLACES = 2;

  private final ControlContext context;

  /** Asks the controller's quorum. */
  DescribeQuorumHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_QUORUM, 0, 2);
    this.context = context;
  }

  @Override
  public void handle(DescribeQuorumRequestData request, Call call) {
    if (!asksForTheMetadata(request)) {
      call.answer(refusal(request));
      return;
    }
    QuorumStatus status = context.controller().quorumStatus();
    if (!status.leadership().active()) {
      call.answer(new DescribeQuorumResponseData().setErrorCode(Errors.NOT_CONTROLLER.code()));
      return;
    }
    call.answer(answer(status, call.version()));
  }

  private static boolean asksForTheMetadata(DescribeQuorumRequestData request) {
    return request.topics().size() == 1
        && request.topics().getFirst().topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
        && request.topics().getFirst().partitions().size() == 1
        && request.topics().getFirst().partitions().getFirst().partitionIndex() == 0;
  }

  private static DescribeQuorumResponseData refusal(DescribeQuorumRequestData request) {
    Errors error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
    return new DescribeQuorumResponseData()
        .setTopics(
            request.topics().stream()
                .map(
                    topic ->
                        new TopicData()
                            .setTopicName(topic.topicName())
                            .setPartitions(
                                topic.partitions().stream()
                                    .map(
                                        partition ->
                                            new PartitionData()
                                                .setPartitionIndex(partition.partitionIndex())
                                                .setErrorCode(error.code())
                                                .setErrorMessage(error.message()))
                                    .toList()))
                .toList());
  }

  private static DescribeQuorumResponseData answer(QuorumStatus status, int version) {
    PartitionData partition =
        new PartitionData()
            .setPartitionIndex(0)
            .setLeaderId(status.leadership().leaderId().orElse(-1))
            .setLeaderEpoch(status.leadership().epoch())
            .setHighWatermark(status.committedIndex() + 1)
            .setCurrentVoters(replicas(status.voters(), version))
            .setObservers(replicas(status.listeners(), version));
    TopicData topic =
        new TopicData()
            .setTopicName(Topic.CLUSTER_METADATA_TOPIC_NAME)
            .setPartitions(List.of(partition));
    return new DescribeQuorumResponseData()
        .setTopics(List.of(topic))
        .setNodes(version < FIRST_WITH_PLACES ? new NodeCollection() : nodes(status));
  }

  private static List<ReplicaState> replicas(List<QuorumStatus.Progress> members, int version) {
    return members.stream()
        .map(
            progress ->
                new ReplicaState()
                    .setReplicaId(progress.member().nodeId())
                    .setReplicaDirectoryId(directoryId(progress.member(), version))
                    .setLogEndOffset(progress.lastIndex() < 0 ? -1 : progress.lastIndex() + 1)
                    .setLastFetchTimestamp(progress.lastContactMs())
                    .setLastCaughtUpTimestamp(progress.lastCaughtUpMs()))
        .toList();
  }

  private static Uuid directoryId(QuorumMember member, int version) {
    return version < FIRST_WITH_PLACES
        ? Uuid.ZERO_UUID
        : new Uuid(
            member.directoryId().getMostSignificantBits(),
            member.directoryId().getLeastSignificantBits());
  }

  /** Kafka tells the addresses of voters only. */
  private static NodeCollection nodes(QuorumStatus status) {
    NodeCollection nodes = new NodeCollection();
    Stream<QuorumMember> voters = status.voters().stream().map(QuorumStatus.Progress::member);
    voters.forEach(
        voter -> {
          ListenerCollection listeners = new ListenerCollection();
          listeners.add(
              new Listener().setName(LISTENER).setHost(voter.host()).setPort(voter.port()));
          nodes.add(new Node().setNodeId(voter.nodeId()).setListeners(listeners));
        });
    return nodes;
  }
}
