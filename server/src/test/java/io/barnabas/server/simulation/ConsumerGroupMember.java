package io.barnabas.server.simulation;

import io.barnabas.server.simulation.GroupHistory.Asked;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** A member of a group that speaks the consumer protocol. */
final class ConsumerGroupMember extends GroupMember {
  private static final int LEAVES = -1;
  private static final int LEAVES_FOR_A_WHILE = -2;

  private final String name;
  private final boolean byExpression;
  private String id = "";
  private int epoch;
  private boolean saysAll = true;

  /** What it has said that it has, if that was heard. */
  private Set<TopicPartition> reported = Set.of();

  ConsumerGroupMember(
      GroupsRun run, String name, String group, boolean isStatic, boolean byExpression) {
    super(run, name, group, isStatic);
    this.name = name;
    this.byExpression = byExpression;
  }

  @Override
  void begin() {
    id = name + "-" + lives();
    rejoin();
  }

  private void rejoin() {
    loseAll();
    epoch = 0;
    saysAll = true;
    hurry();
  }

  @Override
  String memberId() {
    return id;
  }

  @Override
  int epoch() {
    return epoch;
  }

  @Override
  boolean isIn() {
    return epoch > 0;
  }

  private ConsumerGroupHeartbeatRequestData request() {
    return new ConsumerGroupHeartbeatRequestData()
        .setGroupId(group())
        .setMemberId(id)
        .setInstanceId(instance());
  }

  @Override
  void beat(int node) {
    ConsumerGroupHeartbeatRequestData request = request().setMemberEpoch(epoch);
    if (saysAll) {
      request.setRebalanceTimeoutMs(REBALANCE_MS);
      if (byExpression) {
        request.setSubscribedTopicNames(List.of()).setSubscribedTopicRegex("[ab]");
      } else {
        request.setSubscribedTopicNames(cluster().subscribed());
      }
    }
    // Whoever does not say that it has given something up is taken out of the group.
    if (saysAll || !held().equals(reported) || client().below(2) == 0) {
      request.setTopicPartitions(inRequest());
      reported = Set.copyOf(held());
    }
    boolean saidAll = saysAll;
    Asked asked = cluster().asking(node, group());
    Optional<ApiMessage> answer = client().ask(node, ApiKeys.CONSUMER_GROUP_HEARTBEAT, 1, request);
    if (answer.isEmpty()) {
      saysAll = true;
      forgetCoordinator();
      return;
    }
    ConsumerGroupHeartbeatResponseData data = (ConsumerGroupHeartbeatResponseData) answer.get();
    if (!saidAll && data.errorCode() == Errors.NONE.code()) {
      hasGivenUp();
    }
    take(data, asked);
  }

  private List<TopicPartitions> inRequest() {
    Map<String, TopicPartitions> topics = new TreeMap<>();
    for (TopicPartition partition : held()) {
      topics
          .computeIfAbsent(
              partition.topic(), topic -> new TopicPartitions().setTopicId(cluster().idOf(topic)))
          .partitions()
          .add(partition.partition());
    }
    return new ArrayList<>(topics.values());
  }

  private void take(ConsumerGroupHeartbeatResponseData answer, Asked asked) {
    Errors error = Errors.forCode(answer.errorCode());
    switch (error) {
      case NONE -> {
        if (epoch > 0) {
          confirmed(asked);
        }
        epoch = answer.memberEpoch();
        saysAll = false;
        if (answer.assignment() != null) {
          has(partitions(answer.assignment()), asked);
          hurry();
        }
      }
      case FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND -> rejoin();
      case UNRELEASED_INSTANCE_ID -> saysAll = true;
      case FENCED_INSTANCE_ID -> end();
      default -> {
        saysAll = true;
        if (!isLost(error)) {
          impossible(ApiKeys.CONSUMER_GROUP_HEARTBEAT, error);
        }
      }
    }
  }

  private Set<TopicPartition> partitions(ConsumerGroupHeartbeatResponseData.Assignment told) {
    Set<TopicPartition> partitions = new HashSet<>();
    told.topicPartitions()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .forEach(
                        number ->
                            partitions.add(
                                new TopicPartition(cluster().nameOf(topic.topicId()), number))));
    return partitions;
  }

  @Override
  void leave(int node) {
    boolean forAWhile = instance() != null && client().below(2) == 0;
    ConsumerGroupHeartbeatRequestData request =
        request().setMemberEpoch(forAWhile ? LEAVES_FOR_A_WHILE : LEAVES);
    var _ = client().ask(node, ApiKeys.CONSUMER_GROUP_HEARTBEAT, 1, request);
  }
}
