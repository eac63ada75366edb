package io.barnabas.server.api;

import io.barnabas.metadata.ElectLeaders;
import io.barnabas.metadata.ElectLeaders.Result;
import io.barnabas.server.net.Call;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Has leaders elected: the preferred ones, or any for partitions without one.
 *
 * <p>Versions 0 to 2. Version 0 elects preferred leaders only; 1 says which kind, and has an error
 * for the whole; 2 has tagged fields.
 */
final class ElectLeadersHandler extends Handler<ElectLeadersRequestData> {
  private final ControlContext context;

  /** Elects through the controller. */
  ElectLeadersHandler(ControlContext context) {
    super(ApiKeys.ELECT_LEADERS, 0, 2);
    this.context = context;
  }

  @Override
  public void handle(ElectLeadersRequestData request, Call call) {
    Optional<List<TopicPartition>> partitions = partitions(request);
    Optional<ElectionType> type = type(request.electionType());
    if (type.isEmpty()) {
      call.answer(refusal(partitions, Errors.INVALID_REQUEST));
      return;
    }
    Later.answer(
        call,
        context.change(
            new ElectLeaders(type.get(), partitions), false, Result::error, request.timeoutMs()),
        ElectLeadersHandler::answer,
        error -> refusal(partitions, error));
  }

  private static Optional<ElectionType> type(byte value) {
    for (ElectionType type : ElectionType.values()) {
      if (type.value == value) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  private static Optional<List<TopicPartition>> partitions(ElectLeadersRequestData request) {
    return Optional.ofNullable(request.topicPartitions())
        .map(
            topics ->
                topics.stream()
                    .flatMap(
                        topic ->
                            topic.partitions().stream()
                                .map(number -> new TopicPartition(topic.topic(), number)))
                    .toList());
  }

  /** Version 0 has no error for the whole, so each partition has it too. */
  private static ElectLeadersResponseData refusal(
      Optional<List<TopicPartition>> partitions, Errors error) {
    List<Result> results =
        partitions.orElse(List.of()).stream()
            .map(partition -> new Result(partition, error, Optional.of(error.message())))
            .toList();
    return answer(results).setErrorCode(error.code());
  }

  private static ElectLeadersResponseData answer(List<Result> results) {
    Map<String, ReplicaElectionResult> topics = new LinkedHashMap<>();
    for (Result result : results) {
      topics
          .computeIfAbsent(
              result.partition().topic(), name -> new ReplicaElectionResult().setTopic(name))
          .partitionResult()
          .add(
              new PartitionResult()
                  .setPartitionId(result.partition().partition())
                  .setErrorCode(result.error().code())
                  .setErrorMessage(result.message().orElse(null)));
    }
    return new ElectLeadersResponseData().setReplicaElectionResults(List.copyOf(topics.values()));
  }
}
