package io.barnabas.chaos;

import io.barnabas.chaos.check.EndWatch;
import io.barnabas.chaos.check.Findings;
import io.barnabas.chaos.check.PartitionHistory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;

/** All partitions that clients work on. Immutable, but for what happens to each. */
final class Parts {
  private final List<Part> all = new ArrayList<>();
  private final Map<TopicPartition, Part> byId = new HashMap<>();
  private final List<String> topics = new ArrayList<>();

  Parts(int topicCount, int partitionsEach, Findings findings) {
    for (int topic = 0; topic < topicCount; topic++) {
      topics.add("chaos-" + topic);
      for (int number = 0; number < partitionsEach; number++) {
        TopicPartition id = new TopicPartition(topics.getLast(), number);
        String name = id.toString();
        Part part =
            new Part(
                all.size(), id, new PartitionHistory(name, findings), new EndWatch(name, findings));
        all.add(part);
        byId.put(id, part);
      }
    }
  }

  List<String> topics() {
    return List.copyOf(topics);
  }

  List<Part> all() {
    return List.copyOf(all);
  }

  List<TopicPartition> ids() {
    return all.stream().map(Part::id).toList();
  }

  Part of(TopicPartition id) {
    return Objects.requireNonNull(byId.get(id));
  }

  /** A session of one reader for each partition, by index. */
  List<PartitionHistory.Session> sessions(String reader) {
    return all.stream().map(part -> part.history().session(reader)).toList();
  }

  long sum(ToLongFunction<PartitionHistory> what) {
    return all.stream().mapToLong(part -> what.applyAsLong(part.history())).sum();
  }
}
