package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;

/**
 * What becomes of heartbeats of the consumer protocol, by which members join, say what they read
 * and what they have, learn what they are to have, and leave. Refusals are {@link
 * org.apache.kafka.common.errors.ApiException}s, after which nothing of the step holds.
 */
final class ConsumerHeartbeats {
  private final ConsumerLimits limits;
  private final ConsumerEpochs epochs;
  private final ConsumerMembers members;
  private final Upgrade upgrade;

  ConsumerHeartbeats(
      ConsumerLimits limits, ConsumerEpochs epochs, ConsumerMembers members, Upgrade upgrade) {
    this.limits = limits;
    this.epochs = epochs;
    this.members = members;
    this.upgrade = upgrade;
  }

  void decide(Step step, GroupCommand.ConsumerHeartbeat command, long waiter) {
    ConsumerGroupHeartbeatRequestData request = command.request();
    HeartbeatChecks.check(request, command.version(), limits.assignors());
    boolean leaves =
        request.memberEpoch() == HeartbeatChecks.LEAVES
            || request.memberEpoch() == CurrentAssignment.AWAY;
    step.answer(waiter, leaves ? leave(step, request) : heartbeat(step, command));
  }

  // --- leaving

  private ConsumerGroupHeartbeatResponseData leave(
      Step step, ConsumerGroupHeartbeatRequestData request) {
    ConsumerGroup group =
        step.state()
            .consumers(request.groupId())
            .orElseThrow(() -> notFound(step, request.groupId()));
    ConsumerMember member =
        request.instanceId() == null
            ? group
                .member(request.memberId())
                .orElseThrow(() -> HeartbeatChecks.unknown(group.id(), request.memberId()))
            : HeartbeatChecks.known(group, request.instanceId(), request.memberId());
    if (request.memberEpoch() == CurrentAssignment.AWAY) {
      members.away(step, group, member);
    } else {
      members.remove(step, group, List.of(member));
    }
    return new ConsumerGroupHeartbeatResponseData()
        .setMemberId(request.memberId())
        .setMemberEpoch(request.memberEpoch());
  }

  static GroupIdNotFoundException notFound(Step step, String group) {
    return new GroupIdNotFoundException(
        (step.state().group(group).isPresent()
                ? "Group %s is not a consumer group."
                : "Group %s not found.")
            .formatted(group));
  }

  // --- being there

  private ConsumerGroupHeartbeatResponseData heartbeat(
      Step step, GroupCommand.ConsumerHeartbeat command) {
    ConsumerGroupHeartbeatRequestData request = command.request();
    boolean joins = request.memberEpoch() == HeartbeatChecks.JOINS;
    String memberId = request.memberId().isEmpty() ? command.uniquePart() : request.memberId();
    ConsumerGroup group = group(step, request.groupId(), joins, command.image());
    ClusterImage image = group.newest(command.image());
    if (!group.members().containsKey(memberId)
        && joins
        && group.members().size() >= limits.maxSize()
        && !replaces(group, request)) {
      throw new GroupMaxSizeReachedException(
          "The consumer group has reached its maximum capacity of %d members."
              .formatted(limits.maxSize()));
    }
    ConsumerMembers.Found found = members.find(step, group, request, memberId);
    ConsumerMember before = found.member();
    ConsumerMember said = before.with(merged(before.metadata(), request, command.client()));
    ConsumerEpochs.Seen seen =
        new ConsumerEpochs.Seen(
            image,
            image.topicIds() == command.image().topicIds() ? command.matches() : Optional.empty());
    group = epochs.said(step, found.group(), before, said, seen);
    ConsumerSettings settings = ConsumerSettings.of(image, group.id(), limits);
    group = epochs.retarget(step, group, settings, image);
    Report report =
        joins
            ? Report.only(Set.of())
            : before
                .report()
                .then(HeartbeatChecks.owned(before, request), request.rebalanceTimeoutMs() >= 0);
    ConsumerMember after = epochs.reconcile(step, group, memberId, report, image);
    step.timer(Step.SESSION, group.id(), memberId, settings.sessionTimeoutMs());
    return answer(before, after, request, settings);
  }

  private ConsumerGroup group(Step step, String id, boolean joins, ClusterImage image) {
    Optional<Group> known = step.state().group(id);
    if (known.isPresent() && known.get() instanceof ConsumerGroup consumers) {
      return consumers;
    } else if (!joins) {
      throw notFound(step, id);
    } else if (known.isEmpty()) {
      return ConsumerGroup.empty(id);
    }
    return upgrade
        .upgraded(step, (ClassicGroup) known.get(), image)
        .orElseThrow(() -> notFound(step, id));
  }

  private static boolean replaces(ConsumerGroup group, ConsumerGroupHeartbeatRequestData request) {
    return request.instanceId() != null && group.staticMember(request.instanceId()).isPresent();
  }

  /** What is not said has not changed. */
  private static MemberMetadata merged(
      MemberMetadata before,
      ConsumerGroupHeartbeatRequestData request,
      GroupCommand.Client client) {
    return new MemberMetadata(
        Optional.ofNullable(request.instanceId()).or(before::instanceId),
        Optional.ofNullable(request.rackId()).or(before::rackId),
        client.id(),
        client.host(),
        request.subscribedTopicNames() == null
            ? before.topics()
            : new TreeSet<>(request.subscribedTopicNames()),
        request.subscribedTopicRegex() == null ? before.regex() : HeartbeatChecks.regex(request),
        request.rebalanceTimeoutMs() < 0
            ? before.rebalanceTimeoutMs()
            : request.rebalanceTimeoutMs(),
        Optional.ofNullable(request.serverAssignor()).or(before::assignor),
        Optional.empty());
  }

  private static ConsumerGroupHeartbeatResponseData answer(
      ConsumerMember before,
      ConsumerMember after,
      ConsumerGroupHeartbeatRequestData request,
      ConsumerSettings settings) {
    ConsumerGroupHeartbeatResponseData answer =
        new ConsumerGroupHeartbeatResponseData()
            .setMemberId(after.id())
            .setMemberEpoch(after.epoch())
            .setHeartbeatIntervalMs(settings.heartbeatIntervalMs());
    // One that says all about itself may have missed an answer.
    boolean saysAll =
        request.memberEpoch() == HeartbeatChecks.JOINS
            || (request.rebalanceTimeoutMs() >= 0
                && (request.subscribedTopicNames() != null
                    || request.subscribedTopicRegex() != null)
                && request.topicPartitions() != null);
    boolean changed =
        !after.current().assigned().keySet().equals(before.current().assigned().keySet());
    return saysAll || changed
        ? answer.setAssignment(assignment(after.current().assigned().keySet()))
        : answer;
  }

  private static ConsumerGroupHeartbeatResponseData.Assignment assignment(Set<PartitionId> share) {
    Map<Uuid, List<Integer>> byTopic = new TreeMap<>();
    share.forEach(
        each -> byTopic.computeIfAbsent(each.topic(), _ -> new ArrayList<>()).add(each.number()));
    List<ConsumerGroupHeartbeatResponseData.TopicPartitions> topics = new ArrayList<>();
    byTopic.forEach(
        (topic, numbers) ->
            topics.add(
                new ConsumerGroupHeartbeatResponseData.TopicPartitions()
                    .setTopicId(topic)
                    .setPartitions(numbers)));
    return new ConsumerGroupHeartbeatResponseData.Assignment().setTopicPartitions(topics);
  }
}
