package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.net.Call;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Topics and their partitions, page by page, in the order of names and numbers.
 *
 * <p>Version 0. No topics means all.
 */
final class DescribeTopicPartitionsHandler extends Handler<DescribeTopicPartitionsRequestData> {
  /** The most partitions of one page, whatever the client wants. */
  private static final int MAX_PARTITIONS = 2000;

  private final ControlContext context;

  /** Answers from the controller's image. */
  DescribeTopicPartitionsHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(DescribeTopicPartitionsRequestData request, Call call) {
    DescribeTopicPartitionsRequestData.Cursor cursor = request.cursor();
    if (cursor != null && cursor.partitionIndex() < 0) {
      call.close("The cursor of a DescribeTopicPartitions request has a negative partition");
      return;
    }
    PartitionView view = context.view(call.client().listenerName());
    SortedSet<String> names = names(request.topics(), view.image());
    int first = 0;
    if (cursor != null) {
      names = names.tailSet(cursor.topicName());
      first = names.contains(cursor.topicName()) ? cursor.partitionIndex() : 0;
    }
    int limit = Math.clamp(request.responsePartitionLimit(), 1, MAX_PARTITIONS);
    call.answer(page(names, first, limit, view));
  }

  private static SortedSet<String> names(List<TopicRequest> asked, ClusterImage image) {
    SortedSet<String> names = new TreeSet<>();
    if (asked.isEmpty()) {
      names.addAll(image.topicIds().keySet());
    }
    asked.forEach(topic -> names.add(topic.name()));
    return names;
  }

  private static DescribeTopicPartitionsResponseData page(
      SortedSet<String> names, int firstPartition, int limit, PartitionView view) {
    DescribeTopicPartitionsResponseData answer = new DescribeTopicPartitionsResponseData();
    int first = firstPartition;
    int room = limit;
    for (String name : names) {
      if (room == 0) {
        return answer.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(0));
      }
      Optional<TopicImage> topic = view.image().topicByName(name);
      if (topic.isEmpty()) {
        answer.topics().add(unknown(name));
        continue;
      }
      List<PartitionView.Shown> all = view.partitions(topic.get());
      int from = Math.min(first, all.size());
      int to = Math.min(all.size(), from + room);
      answer.topics().add(described(topic.get(), all.subList(from, to)));
      if (to < all.size()) {
        return answer.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(to));
      }
      room -= to - from;
      first = 0;
    }
    return answer;
  }

  private static DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic unknown(
      String name) {
    Errors error =
        Topic.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
    return new DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic()
        .setName(name)
        .setIsInternal(Topic.isInternal(name))
        .setErrorCode(error.code());
  }

  private static DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic described(
      TopicImage topic, List<PartitionView.Shown> partitions) {
    DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic answer =
        new DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic()
            .setName(topic.name())
            .setTopicId(topic.id())
            .setIsInternal(Topic.isInternal(topic.name()))
            .setTopicAuthorizedOperations(Operations.ON_TOPIC);
    for (PartitionView.Shown partition : partitions) {
      answer
          .partitions()
          .add(
              new DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition()
                  .setPartitionIndex(partition.index())
                  .setErrorCode(partition.error().code())
                  .setLeaderId(partition.leader())
                  .setLeaderEpoch(partition.state().leaderEpoch())
                  .setReplicaNodes(partition.state().replicas())
                  .setIsrNodes(partition.state().isr())
                  .setEligibleLeaderReplicas(List.of())
                  .setLastKnownElr(List.of())
                  .setOfflineReplicas(partition.offline()));
    }
    return answer;
  }
}
