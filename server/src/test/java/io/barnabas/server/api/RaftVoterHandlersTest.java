package io.barnabas.server.api;

import static io.barnabas.server.api.ControlHandlersTest.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact;
import io.barnabas.metadata.RegisterController;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** What the protocol has of the quorum's members, on a node that is alone. */
class RaftVoterHandlersTest {
  private static final int DESCRIBE = 2;
  private static final int ADD = 1;
  private static final int REMOVE = 0;

  private static final Uuid DIRECTORY = new Uuid(5, 6);

  @Test
  void theQuorumIsDescribed() {
    ControlHandlersTest.run(
        context -> {
          DescribeQuorumResponseData answer = describe(context, Topic.CLUSTER_METADATA_TOPIC_NAME);
          assertThat(answer.errorCode()).isEqualTo(Errors.NONE.code());
          PartitionData partition = answer.topics().getFirst().partitions().getFirst();
          assertThat(partition.leaderId()).isEqualTo(context.nodeId());
          assertThat(partition.leaderEpoch()).isEqualTo(context.controller().leadership().epoch());
          assertThat(partition.highWatermark()).isGreaterThan(1);
          assertThat(partition.observers()).isEmpty();
          assertThat(partition.currentVoters())
              .singleElement()
              .satisfies(
                  voter -> {
                    assertThat(voter.replicaId()).isEqualTo(context.nodeId());
                    assertThat(voter.logEndOffset()).isEqualTo(partition.highWatermark());
                  });
          assertThat(answer.nodes()).hasSize(1);
          assertThat(describe(context, "t").topics().getFirst().partitions().getFirst().errorCode())
              .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        });
  }

  private static DescribeQuorumResponseData describe(ControlContext context, String topic) {
    DescribeQuorumRequestData request =
        new DescribeQuorumRequestData()
            .setTopics(
                List.of(
                    new DescribeQuorumRequestData.TopicData()
                        .setTopicName(topic)
                        .setPartitions(
                            List.of(
                                new DescribeQuorumRequestData.PartitionData()
                                    .setPartitionIndex(0)))));
    return ask(
        new DescribeQuorumHandler(context), DESCRIBE, request, DescribeQuorumResponseData.class);
  }

  @Test
  void aRequestForAVoterIsChecked() {
    ControlHandlersTest.run(
        context -> {
          AddRaftVoterRequestData request =
              new AddRaftVoterRequestData()
                  .setClusterId("another")
                  .setTimeoutMs(1_000)
                  .setVoterId(2)
                  .setVoterDirectoryId(DIRECTORY);
          assertAdded(context, request, Errors.INCONSISTENT_CLUSTER_ID);
          request.setClusterId(context.image().clusterId());
          assertAdded(context, request, Errors.INVALID_REQUEST);
          request
              .listeners()
              .add(
                  new AddRaftVoterRequestData.Listener()
                      .setName("CONTROLLER")
                      .setHost("there")
                      .setPort(9093));
          assertAdded(context, request.setVoterId(context.nodeId()), Errors.DUPLICATE_VOTER);
          assertAdded(context, request.setVoterDirectoryId(Uuid.ZERO_UUID), Errors.INVALID_REQUEST);
          assertThat(
                  add(context, request.setVoterId(2).setVoterDirectoryId(DIRECTORY)).errorMessage())
              .contains("controller.quorum.voters");
        });
  }

  @Test
  void aNodeThatIsNoControllerGetsNoVote() {
    ControlHandlersTest.run(
        context -> {
          Fact.ControllerImage self =
              new Fact.ControllerImage(context.nodeId(), new Uuid(7, 7), List.of(), List.of());
          context.controller().submit(new RegisterController(self)).join();
          AddRaftVoterRequestData request =
              new AddRaftVoterRequestData()
                  .setClusterId(context.image().clusterId())
                  .setTimeoutMs(1_000)
                  .setVoterId(2)
                  .setVoterDirectoryId(DIRECTORY);
          request
              .listeners()
              .add(
                  new AddRaftVoterRequestData.Listener()
                      .setName("CONTROLLER")
                      .setHost("there")
                      .setPort(9093));
          AddRaftVoterResponseData answer = add(context, request);
          assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
          assertThat(answer.errorMessage()).contains("Node 2", "process.roles");
        });
  }

  private static void assertAdded(
      ControlContext context, AddRaftVoterRequestData request, Errors error) {
    assertThat(Errors.forCode(add(context, request).errorCode())).isEqualTo(error);
  }

  private static AddRaftVoterResponseData add(
      ControlContext context, AddRaftVoterRequestData request) {
    return ask(new AddRaftVoterHandler(context), ADD, request, AddRaftVoterResponseData.class);
  }

  @Test
  void theOnlyVoterStays() {
    ControlHandlersTest.run(
        context -> {
          RemoveRaftVoterRequestData request =
              new RemoveRaftVoterRequestData()
                  .setClusterId(null)
                  .setVoterId(context.nodeId())
                  .setVoterDirectoryId(DIRECTORY);
          RemoveRaftVoterResponseData answer =
              ask(
                  new RemoveRaftVoterHandler(context),
                  REMOVE,
                  request,
                  RemoveRaftVoterResponseData.class);
          assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
          assertThat(answer.errorMessage()).contains("controller.quorum.voters");
        });
  }
}
