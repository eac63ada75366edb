package io.barnabas.metadata;

import io.barnabas.metadata.DeleteTopics.Named;
import io.barnabas.metadata.DeleteTopics.TopicResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;

/** Decides one {@link DeleteTopics}. */
final class TopicDeletion {
  private TopicDeletion() {}

  static Decision<List<TopicResult>> decide(ClusterImage image, List<Named> topics) {
    Set<Named> repeated = repeated(topics);
    List<TopicResult> results = new ArrayList<>();
    Map<TopicImage, Integer> mentions = new LinkedHashMap<>();
    for (Named topic : new LinkedHashSet<>(topics)) {
      try {
        mentions.merge(find(image, topic, repeated.contains(topic)), 1, Integer::sum);
      } catch (ApiException e) {
        results.add(
            new TopicResult(
                topic.name(),
                topic.id(),
                Errors.forException(e),
                Optional.ofNullable(Refusal.messageOf(e))));
      }
    }
    List<Fact> facts = new ArrayList<>();
    mentions.forEach(
        (topic, count) -> {
          if (count == 1) {
            facts.add(new Fact.TopicDeleted(topic.id()));
          }
          results.add(result(topic, count));
        });
    return new Decision<>(facts, results);
  }

  /** A topic named in two ways is not deleted: the client is confused about which it means. */
  private static TopicResult result(TopicImage topic, int mentions) {
    return mentions == 1
        ? new TopicResult(Optional.of(topic.name()), topic.id(), Errors.NONE, Optional.empty())
        : new TopicResult(
            Optional.of(topic.name()),
            topic.id(),
            Errors.INVALID_REQUEST,
            Optional.of("The provided topic name maps to an ID that was already supplied."));
  }

  private static Set<Named> repeated(List<Named> topics) {
    Set<Named> seen = new HashSet<>();
    Set<Named> repeated = new HashSet<>();
    for (Named topic : topics) {
      if (!seen.add(topic)) {
        repeated.add(topic);
      }
    }
    return repeated;
  }

  private static TopicImage find(ClusterImage image, Named topic, boolean repeated) {
    boolean byId = !topic.id().equals(Uuid.ZERO_UUID);
    if (topic.name().isPresent() && byId) {
      throw new InvalidRequestException("You may not specify both topic name and topic id.");
    }
    if (topic.name().isEmpty() && !byId) {
      throw new InvalidRequestException("Neither topic name nor id were specified.");
    }
    if (repeated) {
      throw new InvalidRequestException(byId ? "Duplicate topic id." : "Duplicate topic name.");
    }
    if (byId) {
      return image
          .topicById(topic.id())
          .orElseThrow(() -> new UnknownTopicIdException(Errors.UNKNOWN_TOPIC_ID.message()));
    }
    return topic
        .name()
        .flatMap(image::topicByName)
        .orElseThrow(
            () ->
                new UnknownTopicOrPartitionException(Errors.UNKNOWN_TOPIC_OR_PARTITION.message()));
  }
}
