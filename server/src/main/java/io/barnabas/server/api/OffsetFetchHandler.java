package io.barnabas.server.api;

import io.barnabas.coordinator.group.CommittedOffset;
import io.barnabas.coordinator.group.GroupReads;
import io.barnabas.coordinator.group.GroupsState;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * OffsetFetch, versions 1 to 10: how far groups have read, as far as that is replicated. A
 * partition for which nothing was committed has offset -1 and no error.
 *
 * <ul>
 *   <li>2: no list of topics means all; an error for the whole
 *   <li>3: a throttle time
 *   <li>5: leader epochs
 *   <li>6: compact encoding
 *   <li>7: a client may ask for what no transaction under way can change; there are none yet
 *   <li>8: many groups in one request
 *   <li>9: members of groups of the consumer protocol, with their epochs
 *   <li>10: topic ids instead of names
 * </ul>
 */
final class OffsetFetchHandler extends Handler<OffsetFetchRequestData> {
  private static final int FIRST_WITH_MANY = 8;
  private static final int FIRST_WITH_TOPIC_IDS = 10;

  private final ControlContext context;
  private final Groups groups;

  OffsetFetchHandler(ControlContext context, Groups groups) {
    super(ApiKeys.OFFSET_FETCH, 1, 10);
    this.context = context;
    this.groups = groups;
  }

  @Override
  public void handle(OffsetFetchRequestData request, Call call) {
    CommittedTopics topics =
        new CommittedTopics(context.image(), call.version() >= FIRST_WITH_TOPIC_IDS);
    List<OffsetFetchRequestGroup> asked =
        call.version() >= FIRST_WITH_MANY ? request.groups() : List.of(onlyGroup(request));
    List<OffsetFetchResponseGroup> answers = new ArrayList<>();
    for (OffsetFetchRequestGroup group : asked) {
      try {
        answers.add(groups.read(group.groupId(), state -> answer(state, group, topics, call)));
      } catch (ApiException e) {
        answers.add(OffsetFetchResponse.groupError(group, Errors.forException(e), call.version()));
      }
    }
    call.answer(new OffsetFetchResponse.Builder(answers).build(call.version()).data());
  }

  private static OffsetFetchResponseGroup answer(
      GroupsState state, OffsetFetchRequestGroup group, CommittedTopics topics, Call call) {
    Errors refusal =
        GroupReads.mayFetch(
            state, group.groupId(), Optional.ofNullable(group.memberId()), group.memberEpoch());
    return refusal == Errors.NONE
        ? answer(group, GroupReads.offsets(state, group.groupId()), topics)
        : OffsetFetchResponse.groupError(group, refusal, call.version());
  }

  private static OffsetFetchRequestGroup onlyGroup(OffsetFetchRequestData request) {
    OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
    if (request.topics() == null) {
      return group.setTopics(null);
    }
    request
        .topics()
        .forEach(
            topic ->
                group
                    .topics()
                    .add(
                        new OffsetFetchRequestTopics()
                            .setName(topic.name())
                            .setPartitionIndexes(topic.partitionIndexes())));
    return group;
  }

  private static OffsetFetchResponseGroup answer(
      OffsetFetchRequestGroup group,
      Map<TopicPartition, CommittedOffset> offsets,
      CommittedTopics topics) {
    OffsetFetchResponseGroup answer = new OffsetFetchResponseGroup().setGroupId(group.groupId());
    if (group.topics() == null) {
      all(offsets, topics, answer);
      return answer;
    }
    for (OffsetFetchRequestTopics asked : group.topics()) {
      Optional<TopicImage> topic = topics.find(asked.name(), asked.topicId());
      OffsetFetchResponseTopics answered =
          new OffsetFetchResponseTopics().setName(asked.name()).setTopicId(asked.topicId());
      for (int number : asked.partitionIndexes()) {
        String name = topic.map(TopicImage::name).orElse(asked.name());
        answered
            .partitions()
            .add(
                topics.byId() && topic.isEmpty()
                    ? none(number).setErrorCode(topics.unknown().code())
                    : found(number, offsets.get(new TopicPartition(name, number))));
      }
      answer.topics().add(answered);
    }
    return answer;
  }

  /** Those of topics of which the client is to have an id and there is none are left out. */
  private static void all(
      Map<TopicPartition, CommittedOffset> offsets,
      CommittedTopics topics,
      OffsetFetchResponseGroup answer) {
    Map<String, OffsetFetchResponseTopics> byName = new TreeMap<>();
    offsets.forEach(
        (partition, offset) -> {
          Optional<TopicImage> topic = topics.image().topicByName(partition.topic());
          if (!topics.byId() || topic.isPresent()) {
            byName
                .computeIfAbsent(
                    partition.topic(),
                    name -> {
                      OffsetFetchResponseTopics added =
                          new OffsetFetchResponseTopics().setName(name);
                      topic.ifPresent(known -> added.setTopicId(known.id()));
                      return added;
                    })
                .partitions()
                .add(found(partition.partition(), offset));
          }
        });
    answer.topics().addAll(byName.values());
  }

  private static OffsetFetchResponsePartitions found(int number, @Nullable CommittedOffset offset) {
    return offset == null
        ? none(number)
        : new OffsetFetchResponsePartitions()
            .setPartitionIndex(number)
            .setCommittedOffset(offset.offset())
            .setCommittedLeaderEpoch(offset.leaderEpoch())
            .setMetadata(offset.metadata());
  }

  private static OffsetFetchResponsePartitions none(int number) {
    return new OffsetFetchResponsePartitions()
        .setPartitionIndex(number)
        .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
        .setMetadata(OffsetFetchResponse.NO_METADATA);
  }
}
