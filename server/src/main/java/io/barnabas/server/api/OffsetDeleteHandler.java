package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.server.net.Call;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetDelete, version 0: forgets offsets that a group committed, of topics that its members do
 * not read.
 */
final class OffsetDeleteHandler extends Handler<OffsetDeleteRequestData> {
  private final ControlContext context;
  private final Groups groups;

  OffsetDeleteHandler(ControlContext context, Groups groups) {
    super(ApiKeys.OFFSET_DELETE, 0, 0);
    this.context = context;
    this.groups = groups;
  }

  @Override
  public void handle(OffsetDeleteRequestData request, Call call) {
    OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
    OffsetDeleteResponseData unknown = new OffsetDeleteResponseData();
    for (OffsetDeleteRequestTopic topic : request.topics()) {
      if (context.image().topicByName(topic.name()).isPresent()) {
        known.add(topic.duplicate());
      } else {
        unknown.topics().add(refused(topic));
      }
    }
    groups.<OffsetDeleteResponseData>decide(
        call,
        request.groupId(),
        new GroupCommand.DeleteOffsets(
            new OffsetDeleteRequestData().setGroupId(request.groupId()).setTopics(known)),
        answer -> {
          if (answer.errorCode() == Errors.NONE.code()) {
            unknown.topics().forEach(topic -> answer.topics().add(topic.duplicate()));
          }
          return answer;
        },
        error -> new OffsetDeleteResponseData().setErrorCode(error.code()));
  }

  private static OffsetDeleteResponseTopic refused(OffsetDeleteRequestTopic topic) {
    OffsetDeleteResponseTopic answer = new OffsetDeleteResponseTopic().setName(topic.name());
    topic
        .partitions()
        .forEach(
            partition ->
                answer
                    .partitions()
                    .add(
                        new OffsetDeleteResponsePartition()
                            .setPartitionIndex(partition.partitionIndex())
                            .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())));
    return answer;
  }
}
