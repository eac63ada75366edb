package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.net.Call;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetCommit, versions 2 to 10: a group says how far it has read. Answered when that is
 * replicated.
 *
 * <ul>
 *   <li>3: a throttle time
 *   <li>5: no time of their own after which offsets are forgotten
 *   <li>6: leader epochs
 *   <li>7: static members
 *   <li>8: compact encoding
 *   <li>9: members of groups of the consumer protocol, with their epochs
 *   <li>10: topic ids instead of names
 * </ul>
 */
final class OffsetCommitHandler extends Handler<OffsetCommitRequestData> {
  private static final int FIRST_WITH_TOPIC_IDS = 10;

  private final ControlContext context;
  private final Groups groups;

  OffsetCommitHandler(ControlContext context, Groups groups) {
    super(ApiKeys.OFFSET_COMMIT, 2, 10);
    this.context = context;
    this.groups = groups;
  }

  @Override
  public void handle(OffsetCommitRequestData request, Call call) {
    CommittedTopics topics =
        new CommittedTopics(context.image(), call.version() >= FIRST_WITH_TOPIC_IDS);
    OffsetCommitRequestData known =
        new OffsetCommitRequestData()
            .setGroupId(request.groupId())
            .setGenerationIdOrMemberEpoch(request.generationIdOrMemberEpoch())
            .setMemberId(request.memberId())
            .setGroupInstanceId(request.groupInstanceId())
            .setRetentionTimeMs(request.retentionTimeMs());
    OffsetCommitResponseData unknown = new OffsetCommitResponseData();
    for (OffsetCommitRequestTopic topic : request.topics()) {
      Optional<TopicImage> found = topics.find(topic.name(), topic.topicId());
      Predicate<Integer> exists = number -> found.get().partitions().containsKey(number);
      OffsetCommitRequestTopic of =
          new OffsetCommitRequestTopic()
              .setName(found.map(TopicImage::name).orElse(topic.name()))
              .setTopicId(found.map(TopicImage::id).orElse(topic.topicId()));
      OffsetCommitResponseTopic refused = answerFor(topic);
      for (OffsetCommitRequestPartition partition : topic.partitions()) {
        if (found.isPresent() && exists.test(partition.partitionIndex())) {
          of.partitions().add(partition);
        } else {
          Errors error = found.isPresent() ? Errors.UNKNOWN_TOPIC_OR_PARTITION : topics.unknown();
          refused.partitions().add(answerFor(partition, error));
        }
      }
      if (!of.partitions().isEmpty()) {
        known.topics().add(of);
      }
      if (!refused.partitions().isEmpty()) {
        unknown.topics().add(refused);
      }
    }
    if (known.topics().isEmpty()) {
      call.answer(unknown);
    } else {
      commit(call, known, unknown);
    }
  }

  private void commit(Call call, OffsetCommitRequestData known, OffsetCommitResponseData unknown) {
    groups.<OffsetCommitResponseData>decide(
        call,
        known.groupId(),
        new GroupCommand.Commit(known, call.version()),
        answer -> with(answer, unknown),
        error -> with(refusal(known, error), unknown));
  }

  private static OffsetCommitResponseData with(
      OffsetCommitResponseData answer, OffsetCommitResponseData unknown) {
    for (OffsetCommitResponseTopic refused : unknown.topics()) {
      Optional<OffsetCommitResponseTopic> same =
          answer.topics().stream()
              .filter(
                  topic ->
                      topic.name().equals(refused.name())
                          && topic.topicId().equals(refused.topicId()))
              .findFirst();
      if (same.isPresent()) {
        same.get().partitions().addAll(refused.partitions());
      } else {
        answer.topics().add(refused);
      }
    }
    return answer;
  }

  private static OffsetCommitResponseData refusal(OffsetCommitRequestData request, Errors error) {
    // What a client sent too much of is what it committed.
    Errors told =
        error == Errors.MESSAGE_TOO_LARGE || error == Errors.RECORD_LIST_TOO_LARGE
            ? Errors.INVALID_COMMIT_OFFSET_SIZE
            : error;
    OffsetCommitResponseData answer = new OffsetCommitResponseData();
    for (OffsetCommitRequestTopic topic : request.topics()) {
      OffsetCommitResponseTopic answered = answerFor(topic);
      topic.partitions().forEach(each -> answered.partitions().add(answerFor(each, told)));
      answer.topics().add(answered);
    }
    return answer;
  }

  private static OffsetCommitResponseTopic answerFor(OffsetCommitRequestTopic topic) {
    return new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
  }

  private static OffsetCommitResponsePartition answerFor(
      OffsetCommitRequestPartition partition, Errors error) {
    return new OffsetCommitResponsePartition()
        .setPartitionIndex(partition.partitionIndex())
        .setErrorCode(error.code());
  }
}
