package io.barnabas.server.api;

import io.barnabas.metadata.DeleteTopics;
import io.barnabas.metadata.DeleteTopics.Named;
import io.barnabas.server.net.Call;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Deletes topics. Answers when they are gone from this node.
 *
 * <p>Versions 1 to 6. Versions 2 and 3 changed nothing on the wire; 4 has tagged fields; 5 has a
 * message beside the error; 6 can ask by topic id.
 */
final class DeleteTopicsHandler extends Handler<DeleteTopicsRequestData> {
  private final ControlContext context;

  /** Deletes through the controller. */
  DeleteTopicsHandler(ControlContext context) {
    super(ApiKeys.DELETE_TOPICS, 1, 6);
    this.context = context;
  }

  @Override
  public void handle(DeleteTopicsRequestData request, Call call) {
    List<Named> topics =
        call.version() >= 6
            ? request.topics().stream()
                .map(topic -> new Named(Optional.ofNullable(topic.name()), topic.topicId()))
                .toList()
            : request.topicNames().stream().map(Named::byName).toList();
    Later.answer(
        call,
        context.change(
            new DeleteTopics(topics), false, DeleteTopics.TopicResult::error, request.timeoutMs()),
        DeleteTopicsHandler::answer,
        error -> refusal(topics, error));
  }

  private static DeleteTopicsResponseData refusal(List<Named> topics, Errors error) {
    DeleteTopicsResponseData answer = new DeleteTopicsResponseData();
    for (Named topic : topics) {
      answer
          .responses()
          .add(
              new DeletableTopicResult()
                  .setName(topic.name().orElse(null))
                  .setTopicId(topic.id())
                  .setErrorCode(error.code())
                  .setErrorMessage(error.message()));
    }
    return answer;
  }

  private static DeleteTopicsResponseData answer(List<DeleteTopics.TopicResult> results) {
    DeleteTopicsResponseData answer = new DeleteTopicsResponseData();
    for (DeleteTopics.TopicResult result : results) {
      answer
          .responses()
          .add(
              new DeletableTopicResult()
                  .setName(result.name().orElse(null))
                  .setTopicId(result.id())
                  .setErrorCode(result.error().code())
                  .setErrorMessage(result.message().orElse(null)));
    }
    return answer;
  }
}
