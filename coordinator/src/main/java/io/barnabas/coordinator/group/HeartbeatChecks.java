package io.barnabas.coordinator.group;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.barnabas.coordinator.assignor.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnsupportedAssignorException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.jspecify.annotations.Nullable;

/** What may be wrong with a heartbeat of the consumer protocol. */
final class HeartbeatChecks {
  /** The epoch of one that joins. */
  static final int JOINS = 0;

  /** The epoch of one that leaves. */
  static final int LEAVES = -1;

  private static final int FIRST_WITH_OWN_IDS = 1;
  private static final int NOT_SAID = -1;

  private HeartbeatChecks() {}

  /**
   * Checks a request by itself.
   *
   * @throws org.apache.kafka.common.errors.ApiException with a sentence for the client
   */
  static void check(
      ConsumerGroupHeartbeatRequestData request, int version, List<String> assignors) {
    int epoch = request.memberEpoch();
    if (version >= FIRST_WITH_OWN_IDS || epoch > JOINS || epoch == LEAVES) {
      notEmpty(request.memberId(), "MemberId");
    }
    notEmpty(request.groupId(), "GroupId");
    notEmpty(request.instanceId(), "InstanceId");
    notEmpty(request.rackId(), "RackId");
    if (epoch == JOINS) {
      checkJoin(request);
    } else if (epoch == CurrentAssignment.AWAY && request.instanceId() == null) {
      throw new InvalidRequestException("InstanceId can't be null.");
    } else if (epoch < CurrentAssignment.AWAY) {
      throw new InvalidRequestException("MemberEpoch is invalid.");
    }
    String assignor = request.serverAssignor();
    if (assignor != null && !assignors.contains(assignor)) {
      throw new UnsupportedAssignorException(
          "ServerAssignor %s is not supported. Supported assignors: %s."
              .formatted(assignor, String.join(", ", assignors)));
    }
    regex(request).ifPresent(HeartbeatChecks::compile);
  }

  private static void checkJoin(ConsumerGroupHeartbeatRequestData request) {
    if (request.rebalanceTimeoutMs() == NOT_SAID) {
      throw new InvalidRequestException("RebalanceTimeoutMs must be provided in first request.");
    }
    if (request.topicPartitions() == null || !request.topicPartitions().isEmpty()) {
      throw new InvalidRequestException("TopicPartitions must be empty when (re-)joining.");
    }
    boolean names =
        request.subscribedTopicNames() != null && !request.subscribedTopicNames().isEmpty();
    if (!names && regex(request).isEmpty()) {
      throw new InvalidRequestException(
          "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when"
              + " (re-)joining.");
    }
  }

  private static void notEmpty(@Nullable String value, String name) {
    if (value != null && value.isBlank()) {
      throw new InvalidRequestException(name + " can't be empty.");
    }
  }

  /** The regular expression of a request, if it has one. */
  static Optional<String> regex(ConsumerGroupHeartbeatRequestData request) {
    return Optional.ofNullable(request.subscribedTopicRegex()).filter(text -> !text.isEmpty());
  }

  /**
   * Makes a regular expression, of a kind that takes no more time than its size times that of what
   * is matched.
   *
   * @throws InvalidRegularExpression if it is none, or too large
   */
  static Pattern compile(String regex) {
    if (!RegexSize.isSmall(regex)) {
      throw new InvalidRegularExpression(
          "SubscribedTopicRegex is too large: with its repetitions written out it may have %d steps"
              .formatted(RegexSize.MAX_STEPS));
    }
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new InvalidRegularExpression(
          "SubscribedTopicRegex `%s` is not a valid regular expression: %s."
              .formatted(regex, e.getDescription()));
    }
  }

  /** What a member says that it has, of what it may have, if it says so. */
  static Optional<Set<PartitionId>> owned(
      ConsumerMember member, ConsumerGroupHeartbeatRequestData request) {
    if (request.topicPartitions() == null) {
      return Optional.empty();
    }
    // Nothing else is kept: it could be anything, and a lot.
    return Optional.of(
        said(request)
            .filter(member.current()::holds)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  private static Stream<PartitionId> said(ConsumerGroupHeartbeatRequestData request) {
    return request.topicPartitions().stream()
        .flatMap(
            topic -> topic.partitions().stream().map(n -> new PartitionId(topic.topicId(), n)));
  }

  /** Checks the epoch of one that has been a member. */
  static void checkEpoch(ConsumerMember member, ConsumerGroupHeartbeatRequestData request) {
    int said = request.memberEpoch();
    if (said == JOINS || said == member.epoch()) {
      return;
    }
    if (said > member.epoch()) {
      throw fenced("greater", said, member.epoch());
    }
    // It may not have heard of its new epoch. Then it can have nothing but what it has in it.
    boolean missedOne =
        said == member.current().previousEpoch()
            && request.topicPartitions() != null
            && said(request).allMatch(each -> member.current().assigned().containsKey(each));
    if (!missedOne) {
      throw fenced("smaller", said, member.epoch());
    }
  }

  private static FencedMemberEpochException fenced(String how, int said, int known) {
    return new FencedMemberEpochException(
        ("The consumer group member has a %s member epoch (%d) than the one known by the group"
                + " coordinator (%d). The member must abandon all its partitions and rejoin.")
            .formatted(how, said, known));
  }

  static UnknownMemberIdException unknown(String group, String member) {
    return new UnknownMemberIdException(
        "Member %s is not a member of group %s.".formatted(member, group));
  }

  /**
   * The static member of a request that is one already.
   *
   * @throws UnknownMemberIdException if there is none
   * @throws FencedInstanceIdException if another one is that member now
   */
  static ConsumerMember known(ConsumerGroup group, String instanceId, String memberId) {
    ConsumerMember member =
        group
            .staticMember(instanceId)
            .orElseThrow(
                () ->
                    new UnknownMemberIdException(
                        "Instance id %s is unknown.".formatted(instanceId)));
    if (!member.id().equals(memberId)) {
      throw new FencedInstanceIdException(
          "Static member %s with instance id %s was fenced by member %s."
              .formatted(memberId, instanceId, member.id()));
    }
    return member;
  }
}
