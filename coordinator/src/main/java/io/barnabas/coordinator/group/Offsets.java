package io.barnabas.coordinator.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ClassicGroup.State;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.pcollections.PMap;

/** What groups commit, and when it is forgotten. */
final class Offsets {
  private static final long NOT_SAID = -1;

  /** At once by time or with a topic; what is left has to wait for the next turn. */
  private static final int MAX_FORGOTTEN = 1_000;

  private final GroupLimits limits;

  Offsets(GroupLimits limits) {
    this.limits = limits;
  }

  // --- committing

  void commit(Step step, GroupCommand.Commit command, long waiter) {
    OffsetCommitRequestData request = command.request();
    Function<PartitionId, Errors> refusal = CommitChecks.of(step, request, command.version());
    OffsetCommitResponseData answer = new OffsetCommitResponseData();
    for (OffsetCommitRequestTopic topic : request.topics()) {
      OffsetCommitResponseTopic answered =
          new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
      for (OffsetCommitRequestPartition partition : topic.partitions()) {
        Errors error = refusal.apply(new PartitionId(topic.topicId(), partition.partitionIndex()));
        if (error == Errors.NONE) {
          error = commit(step, request, topic, partition);
        }
        answered
            .partitions()
            .add(
                new OffsetCommitResponsePartition()
                    .setPartitionIndex(partition.partitionIndex())
                    .setErrorCode(error.code()));
      }
      answer.topics().add(answered);
    }
    step.answer(waiter, answer);
  }

  private Errors commit(
      Step step,
      OffsetCommitRequestData request,
      OffsetCommitRequestTopic topic,
      OffsetCommitRequestPartition partition) {
    String metadata = partition.committedMetadata() == null ? "" : partition.committedMetadata();
    if (metadata.getBytes(UTF_8).length > limits.offsetMetadataMaxBytes()) {
      return Errors.OFFSET_METADATA_TOO_LARGE;
    }
    OptionalLong expires =
        request.retentionTimeMs() == NOT_SAID
            ? OptionalLong.empty()
            : OptionalLong.of(step.nowMs() + request.retentionTimeMs());
    step.store(
        request.groupId(),
        new TopicPartition(topic.name(), partition.partitionIndex()),
        new CommittedOffset(
            partition.committedOffset(),
            partition.committedLeaderEpoch(),
            metadata,
            step.nowMs(),
            expires,
            topic.topicId()));
    return Errors.NONE;
  }

  // --- deleting

  void delete(Step step, OffsetDeleteRequestData request, long waiter) {
    OffsetDeleteResponseData answer = new OffsetDeleteResponseData();
    Optional<Group> group = step.state().group(request.groupId());
    Optional<Set<String>> subscribed = group.flatMap(Subscriptions::of);
    if (group.isEmpty()) {
      answer.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code());
    } else if (!group.get().isVacant() && !group.get().purpose().equals(ConsumerGroup.TYPE)) {
      answer.setErrorCode(Errors.NON_EMPTY_GROUP.code());
    } else {
      for (OffsetDeleteRequestTopic topic : request.topics()) {
        boolean inUse =
            !group.get().isVacant()
                && subscribed.map(topics -> topics.contains(topic.name())).orElse(true);
        answer.topics().add(delete(step, request.groupId(), topic, inUse));
      }
    }
    step.answer(waiter, answer);
  }

  private static OffsetDeleteResponseTopic delete(
      Step step, String group, OffsetDeleteRequestTopic topic, boolean inUse) {
    OffsetDeleteResponseTopic answer = new OffsetDeleteResponseTopic().setName(topic.name());
    topic
        .partitions()
        .forEach(
            asked -> {
              TopicPartition partition = new TopicPartition(topic.name(), asked.partitionIndex());
              if (!inUse && step.state().offsetsOf(group).containsKey(partition)) {
                step.forget(group, partition);
              }
              Errors error = inUse ? Errors.GROUP_SUBSCRIBED_TO_TOPIC : Errors.NONE;
              answer
                  .partitions()
                  .add(
                      new OffsetDeleteResponsePartition()
                          .setPartitionIndex(partition.partition())
                          .setErrorCode(error.code()));
            });
    return answer;
  }

  /** Forgets a group that has no members, with all that it committed. */
  void deleteGroup(Step step, String id, long waiter) {
    Optional<Group> group = step.state().group(id);
    Errors answer = Errors.NONE;
    if (group.isEmpty()) {
      answer = Errors.GROUP_ID_NOT_FOUND;
    } else if (!group.get().isVacant()) {
      answer = Errors.NON_EMPTY_GROUP;
    } else {
      Set.copyOf(step.state().offsetsOf(id).keySet())
          .forEach(partition -> step.forget(id, partition));
      step.forget(id);
    }
    step.answer(waiter, answer);
  }

  /** Forgets what was committed for topics, as much as goes into one batch. */
  void forgetTopics(Step step, Set<String> topics, long waiter) {
    boolean all = true;
    for (Map.Entry<String, PMap<TopicPartition, CommittedOffset>> group :
        step.state().offsets().entrySet()) {
      for (TopicPartition partition : group.getValue().keySet()) {
        if (topics.contains(partition.topic())) {
          all = all && step.recordCount() < MAX_FORGOTTEN;
          if (all) {
            step.forget(group.getKey(), partition);
          }
        }
      }
    }
    step.answer(waiter, all);
  }

  // --- time

  /** Forgets what nobody has needed for too long, and groups of which nothing is left. */
  void expire(Step step) {
    Set<String> ids = step.state().ids();
    for (String id : ids) {
      if (step.recordCount() >= MAX_FORGOTTEN) {
        step.timer(Step.EXPIRY, "", "", 0);
        return;
      }
      Group group = step.state().group(id).orElseThrow();
      Optional<Set<String>> subscribed = Subscriptions.of(group);
      for (Map.Entry<TopicPartition, CommittedOffset> each :
          Map.copyOf(step.state().offsetsOf(id)).entrySet()) {
        if (step.recordCount() < MAX_FORGOTTEN
            && isExpired(step, group, subscribed, each.getKey(), each.getValue())) {
          step.forget(id, each.getKey());
        }
      }
      if (isOver(group) && step.state().offsetsOf(id).isEmpty()) {
        step.forget(id);
      }
    }
    step.timer(Step.EXPIRY, "", "", limits.expiryIntervalMs());
  }

  private static boolean isOver(Group group) {
    return switch (group) {
      case ClassicGroup classic -> classic.isVacant() && classic.pendingJoin().isEmpty();
      case ConsumerGroup consumer -> consumer.isVacant();
    };
  }

  private boolean isExpired(
      Step step,
      Group group,
      Optional<Set<String>> subscribed,
      TopicPartition partition,
      CommittedOffset offset) {
    long since = offset.committedMs();
    if (group.isVacant()) {
      since = Math.max(since, leftMs(group));
    } else if (!isSettled(group)
        || subscribed.map(topics -> topics.contains(partition.topic())).orElse(true)) {
      return false;
    }
    return offset.expiresMs().isPresent()
        ? step.nowMs() >= offset.expiresMs().getAsLong()
        : step.nowMs() - since >= limits.offsetsRetentionMs();
  }

  /** A classic group that had members keeps its offsets from when the last one left. */
  private static long leftMs(Group group) {
    return group instanceof ClassicGroup classic && classic.protocolType().isPresent()
        ? classic.stateSinceMs()
        : -1;
  }

  private static boolean isSettled(Group group) {
    return !(group instanceof ClassicGroup classic) || classic.is(State.STABLE);
  }
}
