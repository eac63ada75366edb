package io.barnabas.server.api;

import io.barnabas.metadata.CreateTopics;
import io.barnabas.metadata.TopicSetting;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Creates topics. Answers when the partitions that this node leads can be written.
 *
 * <p>Versions 2 to 7. Versions 3 and 4 changed nothing on the wire; 4 allows counts of -1 for the
 * defaults; 5 has counts and settings in the answer; 6 changed nothing; 7 has topic ids.
 */
final class CreateTopicsHandler extends Handler<CreateTopicsRequestData> {
  private final ControlContext context;
  private final TopicCreator creator;

  /** Creates through the controller. */
  CreateTopicsHandler(ControlContext context) {
    super(ApiKeys.CREATE_TOPICS, 2, 7);
    this.context = context;
    creator = new TopicCreator(context);
  }

  @Override
  public void handle(CreateTopicsRequestData request, Call call) {
    List<CreateTopics.NewTopic> topics = new ArrayList<>();
    request.topics().forEach(topic -> topics.add(wanted(topic)));
    CreateTopics command = creator.command(topics, request.validateOnly());
    Later.answer(
        call,
        context.change(
            command, request.validateOnly(), CreateTopics.TopicResult::error, request.timeoutMs()),
        this::answer,
        error -> refusal(topics, error));
  }

  private static CreateTopics.NewTopic wanted(CreatableTopic topic) {
    List<CreateTopics.Assignment> assignments = new ArrayList<>();
    topic
        .assignments()
        .forEach(
            a -> assignments.add(new CreateTopics.Assignment(a.partitionIndex(), a.brokerIds())));
    Map<String, Optional<String>> configs = new HashMap<>();
    topic
        .configs()
        .forEach(config -> configs.put(config.name(), Optional.ofNullable(config.value())));
    return new CreateTopics.NewTopic(
        topic.name(), topic.numPartitions(), topic.replicationFactor(), assignments, configs);
  }

  private static CreateTopicsResponseData refusal(
      List<CreateTopics.NewTopic> topics, Errors error) {
    CreateTopicsResponseData answer = new CreateTopicsResponseData();
    topics.stream()
        .map(CreateTopics.NewTopic::name)
        .distinct()
        .forEach(
            name ->
                answer
                    .topics()
                    .add(
                        new CreatableTopicResult()
                            .setName(name)
                            .setErrorCode(error.code())
                            .setErrorMessage(error.message())));
    return answer;
  }

  private CreateTopicsResponseData answer(List<CreateTopics.TopicResult> results) {
    CreateTopicsResponseData answer = new CreateTopicsResponseData();
    ConfigDescriber describer = new ConfigDescriber(context.settings(), context.image());
    for (CreateTopics.TopicResult result : results) {
      answer
          .topics()
          .add(
              new CreatableTopicResult()
                  .setName(result.name())
                  .setTopicId(result.id().orElse(Uuid.ZERO_UUID))
                  .setErrorCode(result.error().code())
                  .setErrorMessage(result.message().orElse(null))
                  .setNumPartitions(result.partitions())
                  .setReplicationFactor((short) result.replicationFactor())
                  .setConfigs(result.configs().stream().map(c -> setting(c, describer)).toList()));
    }
    return answer;
  }

  private static CreatableTopicConfigs setting(TopicSetting setting, ConfigDescriber describer) {
    return new CreatableTopicConfigs()
        .setName(setting.name())
        .setValue(setting.value())
        .setConfigSource(describer.source(setting).id());
  }
}
