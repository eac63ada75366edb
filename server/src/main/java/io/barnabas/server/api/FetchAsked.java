package io.barnabas.server.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * The partitions that a fetch request names, each once: the last mention counts.
 *
 * @param usesTopicIds whether topics are named by id, in which case their names are empty
 * @param forgotten what the session shall no longer fetch
 */
record FetchAsked(
    FetchMetadata metadata,
    boolean usesTopicIds,
    Map<FetchedPartition.Key, FetchedPartition> fetched,
    List<FetchedPartition.Key> forgotten) {
  private static final int FIRST_WITH_TOPIC_IDS = 13;

  static FetchAsked of(FetchRequestData request, short version) {
    boolean ids = version >= FIRST_WITH_TOPIC_IDS;
    Map<FetchedPartition.Key, FetchedPartition> fetched = new LinkedHashMap<>();
    List<FetchTopic> topics = request.topics();
    for (int i = 0; i < topics.size(); i++) {
      FetchTopic topic = topics.get(i);
      List<FetchPartition> partitions = topic.partitions();
      for (int j = 0; j < partitions.size(); j++) {
        FetchPartition partition = partitions.get(j);
        FetchedPartition.Key key = key(ids, topic.topicId(), topic.topic(), partition.partition());
        fetched.put(key, new FetchedPartition(key, partition));
      }
    }
    List<FetchedPartition.Key> forgotten = new ArrayList<>(0);
    for (ForgottenTopic topic : request.forgottenTopicsData()) {
      for (int partition : topic.partitions()) {
        forgotten.add(key(ids, topic.topicId(), topic.topic(), partition));
      }
    }
    FetchMetadata metadata = new FetchMetadata(request.sessionId(), request.sessionEpoch());
    return new FetchAsked(metadata, ids, fetched, forgotten);
  }

  private static FetchedPartition.Key key(boolean ids, Uuid id, String topic, int partition) {
    return ids
        ? FetchedPartition.Key.byId(id, partition)
        : FetchedPartition.Key.byName(topic, partition);
  }
}
