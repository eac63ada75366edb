package io.barnabas.server.api;

import io.barnabas.metadata.CreateTopics;
import io.barnabas.metadata.TopicDefaults;
import io.barnabas.server.control.NewIds;
import io.barnabas.server.forwarding.Forwarder;
import io.barnabas.server.settings.GroupCoordinatorSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the controller for topics, with this node's defaults. Thread-safe. */
final class TopicCreator {
  private static final Logger LOG = LoggerFactory.getLogger(TopicCreator.class);

  /** How many topics may be coming into being by having been asked for. */
  private static final int MAX_UNDER_WAY = 1000;

  private static final int TIMEOUT_MS = 30_000;
  private static final int DEFAULT = -1;

  private final ControlContext context;
  private final Reminders reminders = new Reminders();
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  TopicCreator(ControlContext context) {
    this.context = context;
  }

  /** The command that creates these topics. */
  CreateTopics command(List<CreateTopics.NewTopic> topics, boolean validateOnly) {
    return new CreateTopics(topics, validateOnly, defaults(), this::newId);
  }

  private TopicDefaults defaults() {
    return new TopicDefaults(
        context.atStart().partitionsOfNewTopics(),
        context.atStart().replicasOfNewTopics(context.image()),
        context.settings().topicDefaults(context.image()));
  }

  private Uuid newId() {
    return NewIds.draw(context.world().randomness());
  }

  /** Begins to create a topic because a client asked for it; the client will ask again. */
  void begin(String name) {
    if (underWay.size() >= MAX_UNDER_WAY || !underWay.add(name)) {
      return;
    }
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
    request
        .topics()
        .add(
            Topic.GROUP_METADATA_TOPIC_NAME.equals(name)
                ? ofOffsets()
                : new CreatableTopic()
                    .setName(name)
                    .setNumPartitions(DEFAULT)
                    .setReplicationFactor((short) DEFAULT));
    CompletableFuture<ApiMessage> _ =
        context
            .ask(new CreateTopicsHandler(context), request, Forwarder::forward)
            .whenComplete(
                (answer, failure) -> ended(name, (CreateTopicsResponseData) answer, failure));
  }

  private CreatableTopic ofOffsets() {
    GroupCoordinatorSettings settings = context.atStart().groups();
    CreatableTopic topic =
        new CreatableTopic()
            .setName(Topic.GROUP_METADATA_TOPIC_NAME)
            .setNumPartitions(settings.offsetsPartitions())
            .setReplicationFactor((short) context.atStart().replicasOfOffsets(context.image()));
    Map<String, String> configs =
        Map.of(
            "cleanup.policy",
            "compact",
            "compression.type",
            "producer",
            "segment.bytes",
            Integer.toString(settings.offsetsSegmentBytes()));
    configs.forEach(
        (config, value) ->
            topic.configs().add(new CreatableTopicConfig().setName(config).setValue(value)));
    return topic;
  }

  private void ended(
      String name, @Nullable CreateTopicsResponseData answer, @Nullable Throwable failure) {
    underWay.remove(name);
    List<CreatableTopicResult> refusals =
        answer == null
            ? List.of()
            : answer.topics().stream().filter(topic -> topic.errorCode() != 0).toList();
    boolean refused = answer == null || !refusals.isEmpty();
    // Clients ask again many times a second, and each time it is refused again.
    if (!refused || !reminders.isDue(name, context.world().clock().nanoTime())) {
      return;
    }
    if (answer == null) {
      LOG.warn("Topic {} is not created for a client that asked for it: {}", name, failure);
    } else {
      refusals.forEach(
          topic ->
              LOG.info("Topic {} is not created for a client: {}", name, topic.errorMessage()));
    }
  }
}
