package io.barnabas.server.simulation;

import io.barnabas.server.simulation.History.Part;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A consumer's side of its fetch session with one node: what that one has been told. */
final class Session {
  private final Map<Part, FetchPartition> told = new HashMap<>();
  private int id;
  private int epoch;

  /** Has a request say what is wanted: all of it at the beginning, then what is another. */
  void ask(FetchRequestData request, Map<Part, FetchPartition> wanted) {
    Map<Uuid, FetchTopic> topics = new LinkedHashMap<>();
    wanted.forEach(
        (part, partition) -> {
          if (!partition.equals(told.put(part, partition))) {
            topics
                .computeIfAbsent(part.topic(), topic -> new FetchTopic().setTopicId(topic))
                .partitions()
                .add(partition);
          }
        });
    List<ForgottenTopic> forgotten =
        told.keySet().stream()
            .filter(part -> !wanted.containsKey(part))
            .map(
                part ->
                    new ForgottenTopic()
                        .setTopicId(part.topic())
                        .setPartitions(List.of(part.number())))
            .toList();
    told.keySet().retainAll(wanted.keySet());
    request
        .setSessionId(id)
        .setSessionEpoch(epoch)
        .setTopics(List.copyOf(topics.values()))
        .setForgottenTopicsData(forgotten);
  }

  /** Whether the answer is of this session, which goes on; else it begins again. */
  boolean goesOn(FetchResponseData answer) {
    boolean good = answer.errorCode() == Errors.NONE.code();
    if (good && answer.sessionId() != 0) {
      id = answer.sessionId();
      epoch++;
    } else {
      begin();
    }
    return good;
  }

  /** Begins again: nobody knows what the node knows. */
  void begin() {
    id = 0;
    epoch = 0;
    told.clear();
  }
}
