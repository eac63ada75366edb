package io.barnabas.server.api;

import io.barnabas.metadata.CreatePartitions;
import io.barnabas.metadata.CreatePartitions.Growth;
import io.barnabas.server.net.Call;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Gives topics more partitions. Answers when those that this node leads can be written.
 *
 * <p>Versions 0 to 3. Version 1 changed nothing on the wire; 2 has tagged fields; 3 changed nothing
 * on the wire.
 */
final class CreatePartitionsHandler extends Handler<CreatePartitionsRequestData> {
  private final ControlContext context;

  /** Creates through the controller. */
  CreatePartitionsHandler(ControlContext context) {
    super(ApiKeys.CREATE_PARTITIONS, 0, 3);
    this.context = context;
  }

  @Override
  public void handle(CreatePartitionsRequestData request, Call call) {
    List<Growth> topics = request.topics().stream().map(CreatePartitionsHandler::wanted).toList();
    Later.answer(
        call,
        context.change(
            new CreatePartitions(topics, request.validateOnly()),
            request.validateOnly(),
            CreatePartitions.TopicResult::error,
            request.timeoutMs()),
        CreatePartitionsHandler::answer,
        error -> refusal(topics, error));
  }

  private static Growth wanted(CreatePartitionsTopic topic) {
    Optional<List<List<Integer>>> assignments =
        Optional.ofNullable(topic.assignments())
            .map(all -> all.stream().map(one -> List.copyOf(one.brokerIds())).toList());
    return new Growth(topic.name(), topic.count(), assignments);
  }

  private static CreatePartitionsResponseData refusal(List<Growth> topics, Errors error) {
    return new CreatePartitionsResponseData()
        .setResults(
            topics.stream()
                .map(Growth::topic)
                .distinct()
                .map(
                    name ->
                        new CreatePartitionsTopicResult()
                            .setName(name)
                            .setErrorCode(error.code())
                            .setErrorMessage(error.message()))
                .toList());
  }

  private static CreatePartitionsResponseData answer(List<CreatePartitions.TopicResult> results) {
    return new CreatePartitionsResponseData()
        .setResults(
            results.stream()
                .map(
                    result ->
                        new CreatePartitionsTopicResult()
                            .setName(result.topic())
                            .setErrorCode(result.error().code())
                            .setErrorMessage(result.message().orElse(null)))
                .toList());
  }
}
