package io.barnabas.server.replication;

import io.barnabas.replica.LeaderFetch.FetchOrder;
import io.barnabas.replica.LeaderFetch.Wanted;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** All that is wanted of one leader, whatever becomes of connections. For one fetch at a time. */
final class WantedPartitions {
  private record Key(Uuid topicId, int partition) {
    static Key of(TopicIdPartition id) {
      return new Key(id.topicId(), id.partition());
    }
  }

  private final Map<Key, Wanted> all = new LinkedHashMap<>();

  void take(FetchOrder order) {
    order.unwanted().forEach(id -> all.remove(Key.of(id)));
    order.changed().forEach(wanted -> all.put(Key.of(wanted.id()), wanted));
  }

  Collection<Wanted> all() {
    return all.values();
  }

  /** Null if it is not wanted. */
  @Nullable Wanted get(Uuid topicId, int partition) {
    return all.get(new Key(topicId, partition));
  }
}
