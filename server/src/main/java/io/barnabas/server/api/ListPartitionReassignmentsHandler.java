package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.net.Call;
import java.util.Collection;
import java.util.Comparator;
import java.util.TreeSet;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The partitions that are on their way to other brokers; of all topics, or of those named. What is
 * not on its way or does not exist is left out.
 *
 * <p>Version 0.
 */
final class ListPartitionReassignmentsHandler
    extends Handler<ListPartitionReassignmentsRequestData> {
  private final ControlContext context;

  /** Answers from the controller's image. */
  ListPartitionReassignmentsHandler(ControlContext context) {
    super(ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(ListPartitionReassignmentsRequestData request, Call call) {
    ClusterImage image = context.image();
    ListPartitionReassignmentsResponseData answer = new ListPartitionReassignmentsResponseData();
    if (request.topics() == null) {
      image.topics().values().stream()
          .sorted(Comparator.comparing(TopicImage::name))
          .forEach(topic -> add(answer, topic, topic.partitions().keySet()));
    } else {
      request
          .topics()
          .forEach(
              named ->
                  image
                      .topicByName(named.name())
                      .ifPresent(topic -> add(answer, topic, named.partitionIndexes())));
    }
    call.answer(answer);
  }

  private static void add(
      ListPartitionReassignmentsResponseData answer,
      TopicImage topic,
      Collection<Integer> partitions) {
    var ongoing =
        new ListPartitionReassignmentsResponseData.OngoingTopicReassignment().setName(topic.name());
    for (int index : new TreeSet<>(partitions)) {
      PartitionImage partition = topic.partitions().get(index);
      if (partition != null && partition.isReassigning()) {
        ongoing
            .partitions()
            .add(
                new ListPartitionReassignmentsResponseData.OngoingPartitionReassignment()
                    .setPartitionIndex(index)
                    .setReplicas(partition.replicas())
                    .setAddingReplicas(partition.addingReplicas())
                    .setRemovingReplicas(partition.removingReplicas()));
      }
    }
    if (!ongoing.partitions().isEmpty()) {
      answer.topics().add(ongoing);
    }
  }
}
