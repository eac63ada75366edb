package io.barnabas.server.simulation;

import io.barnabas.server.simulation.GroupHistory.Asked;
import io.barnabas.server.simulation.GroupHistory.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** Asks how far a group has read. */
final class GroupLooks {
  private GroupLooks() {}

  /** Empty if the node did not tell; else of each partition, -1 where nothing is committed. */
  static Optional<Map<TopicPartition, Long>> look(
      GroupsRun run, Client client, int node, String group, List<TopicPartition> partitions) {
    Map<String, OffsetFetchRequestTopics> topics = new TreeMap<>();
    for (TopicPartition partition : partitions) {
      topics
          .computeIfAbsent(partition.topic(), name -> new OffsetFetchRequestTopics().setName(name))
          .partitionIndexes()
          .add(partition.partition());
    }
    OffsetFetchRequestData request =
        new OffsetFetchRequestData()
            .setRequireStable(true)
            .setGroups(
                List.of(
                    new OffsetFetchRequestGroup()
                        .setGroupId(group)
                        .setTopics(List.copyOf(topics.values()))));
    Asked asked = run.asking(node, group);
    Optional<ApiMessage> answer = client.ask(node, ApiKeys.OFFSET_FETCH, 9, request);
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    OffsetFetchResponseGroup found = ((OffsetFetchResponseData) answer.get()).groups().getFirst();
    return found.errorCode() == Errors.NONE.code()
        ? Optional.of(take(run, group, found, asked))
        : Optional.empty();
  }

  private static Map<TopicPartition, Long> take(
      GroupsRun run, String group, OffsetFetchResponseGroup found, Asked asked) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    found
        .topics()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .forEach(
                        each -> {
                          TopicPartition partition =
                              new TopicPartition(topic.name(), each.partitionIndex());
                          offsets.put(partition, each.committedOffset());
                          run.groups()
                              .looked(
                                  new Place(group, partition),
                                  each.committedOffset(),
                                  each.metadata(),
                                  asked,
                                  run.told(asked, group));
                        }));
    return offsets;
  }
}
