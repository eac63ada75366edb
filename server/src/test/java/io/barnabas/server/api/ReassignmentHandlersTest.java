package io.barnabas.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Brokers 1 to 4, topics a and b, whose partitions 0 and 1 are on 1 and 2. */
class ReassignmentHandlersTest {
  private static final int WAIT_MS = 1_000;

  private static Command<Integer> topics() {
    List<Fact> facts = new ArrayList<>();
    for (int id = 2; id <= 4; id++) {
      facts.add(
          new Fact.BrokerRegistered(
              new Fact.BrokerImage(id, id, new Uuid(9, id), Optional.empty(), List.of())));
    }
    for (String name : List.of("a", "b")) {
      Uuid id = new Uuid(5, name.hashCode());
      facts.add(new Fact.TopicCreated(name, id));
      PartitionImage state = new PartitionImage(List.of(1, 2), List.of(1, 2), 2, 0, 0);
      facts.add(new Fact.PartitionAdded(id, 0, state));
      facts.add(new Fact.PartitionAdded(id, 1, state));
    }
    return (image, nowMs) -> new Decision<>(facts, facts.size());
  }

  private static ReassignablePartition partition(int index, Integer @Nullable ... replicas) {
    return new ReassignablePartition()
        .setPartitionIndex(index)
        .setReplicas(replicas == null ? null : Arrays.asList(replicas));
  }

  private static ReassignableTopic topic(String name, ReassignablePartition... partitions) {
    return new ReassignableTopic().setName(name).setPartitions(List.of(partitions));
  }

  private static List<String> alter(
      ControlContext context, boolean allowFactorChange, ReassignableTopic... topics) {
    AlterPartitionReassignmentsResponseData answer =
        ControlHandlersTest.ask(
            new AlterPartitionReassignmentsHandler(context),
            1,
            new AlterPartitionReassignmentsRequestData()
                .setTimeoutMs(WAIT_MS)
                .setAllowReplicationFactorChange(allowFactorChange)
                .setTopics(List.of(topics)),
            AlterPartitionReassignmentsResponseData.class);
    assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
    List<String> results = new ArrayList<>();
    answer
        .responses()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .forEach(
                        p ->
                            results.add(
                                "%s-%d %s"
                                    .formatted(
                                        topic.name(),
                                        p.partitionIndex(),
                                        Errors.forCode(p.errorCode())))));
    return results;
  }

  private static List<String> list(ControlContext context, @Nullable String topic) {
    ListPartitionReassignmentsRequestData request =
        new ListPartitionReassignmentsRequestData().setTopics(null);
    if (topic != null) {
      request.setTopics(
          List.of(
              new ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics()
                  .setName(topic)
                  .setPartitionIndexes(List.of(7, 1, 0))));
    }
    List<String> ongoing = new ArrayList<>();
    ControlHandlersTest.ask(
            new ListPartitionReassignmentsHandler(context),
            0,
            request,
            ListPartitionReassignmentsResponseData.class)
        .topics()
        .forEach(
            found ->
                found
                    .partitions()
                    .forEach(
                        p ->
                            ongoing.add(
                                "%s-%d %s +%s -%s"
                                    .formatted(
                                        found.name(),
                                        p.partitionIndex(),
                                        p.replicas(),
                                        p.addingReplicas(),
                                        p.removingReplicas()))));
    return ongoing;
  }

  @Test
  void eachPartitionIsAnsweredWhatIsUnderWayIsListedAndWhatIsCancelledNoLonger() {
    ControlHandlersTest.run(
        context -> {
          context.controller().submit(topics()).join();
          assertThat(
                  alter(
                      context,
                      true,
                      topic("b", partition(1, 3, 2), partition(9, 1), partition(0, 4)),
                      topic("a", partition(1, 2, 9), partition(0, 2, 3, 4))))
              .containsExactly(
                  "b-1 NONE",
                  "b-9 UNKNOWN_TOPIC_OR_PARTITION",
                  "b-0 NONE",
                  "a-1 INVALID_REPLICA_ASSIGNMENT",
                  "a-0 NONE");
          assertThat(list(context, null))
              .containsExactly(
                  "a-0 [2, 3, 4, 1] +[3, 4] -[1]",
                  "b-0 [4, 1, 2] +[4] -[1, 2]",
                  "b-1 [3, 2, 1] +[3] -[1]");
          assertThat(list(context, "b"))
              .containsExactly("b-0 [4, 1, 2] +[4] -[1, 2]", "b-1 [3, 2, 1] +[3] -[1]");
          assertThat(list(context, "none")).isEmpty();
          Integer[] cancelled = null;
          assertThat(
                  alter(
                      context,
                      false,
                      topic("b", partition(1, cancelled)),
                      topic("a", partition(1, cancelled), partition(1, 1, 2, 3))))
              .containsExactly(
                  "b-1 NONE", "a-1 NO_REASSIGNMENT_IN_PROGRESS", "a-1 INVALID_REPLICATION_FACTOR");
          assertThat(list(context, "b")).containsExactly("b-0 [4, 1, 2] +[4] -[1, 2]");
        });
  }
}
