package io.barnabas.server.api;

import static io.barnabas.server.api.ControlHandlersTest.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.CreateTopics;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicDefaults;
import io.barnabas.metadata.TopicImage;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.DirectoryData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** What the protocol has of elections, from the request to the controller and back. */
class ElectionHandlersTest {
  private static final int ELECT = 2;
  private static final int ALTER = 3;
  private static final int ASSIGN = 0;
  private static final byte PREFERRED = 0;

  /** With the topic "t" of two partitions. */
  private static void run(BiConsumer<ControlContext, TopicImage> body) {
    ControlHandlersTest.run(
        context -> {
          CreateTopics command =
              new CreateTopics(
                  List.of(new CreateTopics.NewTopic("t", 2, 1, List.of(), Map.of())),
                  false,
                  new TopicDefaults(1, 1, Map.of()),
                  () -> new Uuid(3, 4));
          context.controller().submit(command).join();
          body.accept(context, context.image().topicByName("t").orElseThrow());
        });
  }

  @Test
  void electionsAreAnsweredByPartition() {
    run(
        (context, topic) -> {
          ElectLeadersRequestData request =
              new ElectLeadersRequestData().setElectionType(PREFERRED).setTimeoutMs(1_000);
          request
              .topicPartitions()
              .add(new TopicPartitions().setTopic("t").setPartitions(List.of(1, 7)));
          ElectLeadersResponseData answer = elect(context, request);
          assertThat(answer.errorCode()).isEqualTo(Errors.NONE.code());
          assertThat(answer.replicaElectionResults())
              .singleElement()
              .extracting(ReplicaElectionResult::partitionResult)
              .satisfies(
                  results ->
                      assertThat(results)
                          .extracting(result -> Errors.forCode(result.errorCode()))
                          .containsExactly(
                              Errors.ELECTION_NOT_NEEDED, Errors.UNKNOWN_TOPIC_OR_PARTITION));
          assertThat(elect(context, request.setTopicPartitions(null)).replicaElectionResults())
              .isEmpty();
          assertThat(elect(context, request.setElectionType((byte) 9)).errorCode())
              .isEqualTo(Errors.INVALID_REQUEST.code());
        });
  }

  private static ElectLeadersResponseData elect(
      ControlContext context, ElectLeadersRequestData request) {
    return ask(new ElectLeadersHandler(context), ELECT, request, ElectLeadersResponseData.class);
  }

  @Test
  void theLeaderLearnsWhatItsPartitionIsLike() {
    run(
        (context, topic) -> {
          AlterPartitionRequestData request = alteration(context, topic);
          AlterPartitionResponseData answer = alter(context, request);
          assertThat(answer.errorCode()).isEqualTo(Errors.NONE.code());
          AlterPartitionResponseData.PartitionData partition =
              answer.topics().getFirst().partitions().getFirst();
          PartitionImage state = context.image().partition(topic.id(), 1).orElseThrow();
          assertThat(partition)
              .isEqualTo(
                  new AlterPartitionResponseData.PartitionData()
                      .setPartitionIndex(1)
                      .setLeaderId(1)
                      .setLeaderEpoch(state.leaderEpoch())
                      .setIsr(List.of(1))
                      .setPartitionEpoch(state.partitionEpoch()));
          assertThat(alter(context, request.setBrokerEpoch(99)).errorCode())
              .isEqualTo(Errors.STALE_BROKER_EPOCH.code());
        });
  }

  private static AlterPartitionRequestData alteration(ControlContext context, TopicImage topic) {
    long epoch = context.image().broker(1).orElseThrow().epoch();
    return new AlterPartitionRequestData()
        .setBrokerId(1)
        .setBrokerEpoch(epoch)
        .setTopics(
            List.of(
                new AlterPartitionRequestData.TopicData()
                    .setTopicId(topic.id())
                    .setPartitions(
                        List.of(
                            new AlterPartitionRequestData.PartitionData()
                                .setPartitionIndex(1)
                                .setNewIsrWithEpochs(
                                    List.of(
                                        new BrokerState()
                                            .setBrokerId(1)
                                            .setBrokerEpoch(epoch)))))));
  }

  private static AlterPartitionResponseData alter(
      ControlContext context, AlterPartitionRequestData request) {
    return ask(
        new AlterPartitionHandler(context), ALTER, request, AlterPartitionResponseData.class);
  }

  @Test
  void aBrokerSaysWhereItsReplicasAre() {
    run(
        (context, topic) -> {
          Uuid directory = new Uuid(6, 6);
          AssignReplicasToDirsRequestData request =
              new AssignReplicasToDirsRequestData()
                  .setBrokerId(1)
                  .setBrokerEpoch(context.image().broker(1).orElseThrow().epoch())
                  .setDirectories(
                      List.of(
                          new DirectoryData()
                              .setId(directory)
                              .setTopics(
                                  List.of(
                                      new AssignReplicasToDirsRequestData.TopicData()
                                          .setTopicId(topic.id())
                                          .setPartitions(List.of(assigned(0), assigned(5)))))));
          AssignReplicasToDirsResponseData answer = assign(context, request);
          assertThat(answer.directories().getFirst().id()).isEqualTo(directory);
          assertThat(answer.directories().getFirst().topics().getFirst().partitions())
              .extracting(each -> Errors.forCode(each.errorCode()))
              .containsExactly(Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION);
          assertThat(context.image().partition(topic.id(), 0).orElseThrow().directoryOf(1))
              .isEqualTo(directory);
          assertThat(assign(context, request.setBrokerEpoch(99)).errorCode())
              .isEqualTo(Errors.STALE_BROKER_EPOCH.code());
        });
  }

  private static AssignReplicasToDirsRequestData.PartitionData assigned(int partition) {
    return new AssignReplicasToDirsRequestData.PartitionData().setPartitionIndex(partition);
  }

  private static AssignReplicasToDirsResponseData assign(
      ControlContext context, AssignReplicasToDirsRequestData request) {
    return ask(
        new AssignReplicasToDirsHandler(context),
        ASSIGN,
        request,
        AssignReplicasToDirsResponseData.class);
  }
}
