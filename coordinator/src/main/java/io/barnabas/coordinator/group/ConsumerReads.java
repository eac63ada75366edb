package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.TopicPartitions;

/** What can be seen of groups of the consumer protocol. Nothing here changes them. */
public final class ConsumerReads {
  private static final byte CLASSIC_MEMBER = 0;
  private static final byte CONSUMER_MEMBER = 1;

  private ConsumerReads() {}

  /** A group of the consumer protocol with its members; empty if there is none. */
  public static Optional<DescribedGroup> describe(
      GroupsState state, String id, ClusterImage image, ConsumerLimits limits) {
    return state.consumers(id).map(group -> describe(group, image, limits));
  }

  private static DescribedGroup describe(
      ConsumerGroup group, ClusterImage image, ConsumerLimits limits) {
    List<Member> members = new ArrayList<>();
    for (ConsumerMember member : group.members().values()) {
      members.add(describe(group, member, image));
    }
    return new DescribedGroup()
        .setGroupId(group.id())
        .setGroupState(group.stateText())
        .setGroupEpoch(group.epoch())
        .setAssignmentEpoch(group.assignmentEpoch())
        .setAssignorName(new ConsumerTargets(limits).assignor(group).name())
        .setMembers(members);
  }

  private static Member describe(ConsumerGroup group, ConsumerMember member, ClusterImage image) {
    MemberMetadata said = member.metadata();
    return new Member()
        .setMemberId(member.id())
        .setInstanceId(said.instanceId().orElse(null))
        .setRackId(said.rackId().orElse(null))
        .setMemberEpoch(member.epoch())
        .setClientId(said.clientId())
        .setClientHost(said.clientHost())
        .setSubscribedTopicNames(new ArrayList<>(said.topics()))
        .setSubscribedTopicRegex(said.regex().orElse(null))
        .setAssignment(assignment(member.current().assigned().keySet(), image))
        .setTargetAssignment(assignment(group.targetOf(member.id()), image))
        .setMemberType(member.isClassic() ? CLASSIC_MEMBER : CONSUMER_MEMBER);
  }

  /** Partitions of topics that are gone have no name, and are left out. */
  private static Assignment assignment(Collection<PartitionId> share, ClusterImage image) {
    Map<Uuid, List<Integer>> byTopic = new TreeMap<>();
    for (PartitionId each : new TreeSet<>(share)) {
      byTopic.computeIfAbsent(each.topic(), _ -> new ArrayList<>()).add(each.number());
    }
    List<TopicPartitions> topics = new ArrayList<>();
    byTopic.forEach(
        (id, numbers) ->
            image
                .topicById(id)
                .ifPresent(
                    topic ->
                        topics.add(
                            new TopicPartitions()
                                .setTopicId(id)
                                .setTopicName(topic.name())
                                .setPartitions(numbers))));
    return new Assignment().setTopicPartitions(topics);
  }
}
