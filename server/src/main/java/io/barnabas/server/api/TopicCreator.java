package io.barnabas.server.api;

import io.barnabas.metadata.CreateTopics;
import io.barnabas.metadata.TopicDefaults;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the controller for topics, with this node's defaults. Thread-safe. */
final class TopicCreator {
  private static final Logger LOG = LoggerFactory.getLogger(TopicCreator.class);

  /** How many topics may be coming into being by having been asked for. */
  private static final int MAX_UNDER_WAY = 1000;

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
        context.atStart().replicasOfNewTopics(),
        context.settings().topicDefaults(context.image()));
  }

  private Uuid newId() {
    return new Uuid(
        context.world().randomness().nextLong(), context.world().randomness().nextLong());
  }

  /** Begins to create a topic because a client asked for it; the client will ask again. */
  void begin(String name) {
    if (underWay.size() >= MAX_UNDER_WAY || !underWay.add(name)) {
      return;
    }
    var topic = new CreateTopics.NewTopic(name, -1, -1, List.of(), Map.of());
    CompletableFuture<List<CreateTopics.TopicResult>> _ =
        context
            .controller()
            .submit(command(List.of(topic), false))
            .whenComplete((results, failure) -> ended(name, results, failure));
  }

  private void ended(
      String name, @Nullable List<CreateTopics.TopicResult> results, @Nullable Throwable failure) {
    underWay.remove(name);
    boolean refused =
        results == null || results.stream().anyMatch(result -> result.message().isPresent());
    // Clients ask again many times a second, and each time it is refused again.
    if (!refused || !reminders.isDue(name, context.world().clock().nanoTime())) {
      return;
    }
    if (results == null) {
      LOG.warn("Topic {} is not created for a client that asked for it: {}", name, failure);
    } else {
      results.stream()
          .flatMap(result -> result.message().stream())
          .forEach(why -> LOG.info("Topic {} is not created for a client: {}", name, why));
    }
  }
}
