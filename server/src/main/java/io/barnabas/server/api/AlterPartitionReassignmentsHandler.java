package io.barnabas.server.api;

import io.barnabas.metadata.AlterPartitionReassignments;
import io.barnabas.metadata.AlterPartitionReassignments.Result;
import io.barnabas.metadata.AlterPartitionReassignments.Target;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Moves partitions to other brokers, or stops that. Answers when it is decided; the data follows
 * then.
 *
 * <p>Versions 0 and 1. Version 1 can forbid to change how many replicas a partition has.
 */
final class AlterPartitionReassignmentsHandler
    extends Handler<AlterPartitionReassignmentsRequestData> {
  private final ControlContext context;

  /** Changes through the controller. */
  AlterPartitionReassignmentsHandler(ControlContext context) {
    super(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, 0, 1);
    this.context = context;
  }

  @Override
  public void handle(AlterPartitionReassignmentsRequestData request, Call call) {
    AlterPartitionReassignments command =
        new AlterPartitionReassignments(targets(request), request.allowReplicationFactorChange());
    Later.answer(
        call,
        Later.within(
            context.world(),
            request.timeoutMs(),
            context.controller().submit(command, request.timeoutMs())),
        results -> answer(request, results),
        error ->
            new AlterPartitionReassignmentsResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(error.message()));
  }

  private static List<Target> targets(AlterPartitionReassignmentsRequestData request) {
    List<Target> targets = new ArrayList<>();
    for (ReassignableTopic topic : request.topics()) {
      topic
          .partitions()
          .forEach(
              partition ->
                  targets.add(
                      new Target(
                          new TopicPartition(topic.name(), partition.partitionIndex()),
                          Optional.ofNullable(partition.replicas()).map(List::copyOf))));
    }
    return targets;
  }

  private static AlterPartitionReassignmentsResponseData answer(
      AlterPartitionReassignmentsRequestData request, List<Result> results) {
    AlterPartitionReassignmentsResponseData answer =
        new AlterPartitionReassignmentsResponseData()
            .setErrorMessage(null)
            .setAllowReplicationFactorChange(request.allowReplicationFactorChange());
    Iterator<Result> next = results.iterator();
    for (ReassignableTopic asked : request.topics()) {
      var topic =
          new AlterPartitionReassignmentsResponseData.ReassignableTopicResponse()
              .setName(asked.name());
      for (int i = 0; i < asked.partitions().size(); i++) {
        topic.partitions().add(response(next.next()));
      }
      answer.responses().add(topic);
    }
    return answer;
  }

  private static AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse response(
      Result result) {
    return new AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse()
        .setPartitionIndex(result.partition().partition())
        .setErrorCode(result.error().code())
        .setErrorMessage(result.message().orElse(null));
  }
}
