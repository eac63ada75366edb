package io.barnabas.server.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * What a client fetches, remembered so that its next request needs to say only what changed
 * (KIP-227). Partitions whose records were sent go to the end, so that all get their turn. Thread-
 * safe.
 */
final class FetchSession {
  private final int id;
  private final boolean usesTopicIds;
  private final long createdMs;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<FetchedPartition.Key, FetchedPartition> partitions = new LinkedHashMap<>();

  /** The epoch that the next request must have. */
  private int epoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);

  /** Guarded by the sessions' lock, as what they evict by. */
  private long lastUsedMs;

  private int size;

  FetchSession(int id, boolean usesTopicIds, long nowMs, List<FetchedPartition> fetched) {
    this.id = id;
    this.usesTopicIds = usesTopicIds;
    createdMs = nowMs;
    lastUsedMs = nowMs;
    for (FetchedPartition partition : fetched) {
      partitions.put(partition.key(), partition);
    }
    size = partitions.size();
  }

  int id() {
    return id;
  }

  boolean usesTopicIds() {
    return usesTopicIds;
  }

  /** Runs something while the session stands still. */
  <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  // --- under locked()

  int epoch() {
    return epoch;
  }

  /** Takes what a request changes; the next request must have the next epoch. */
  void update(Collection<FetchedPartition> asked, Collection<FetchedPartition.Key> forgotten) {
    for (FetchedPartition partition : asked) {
      FetchedPartition before = partitions.put(partition.key(), partition);
      if (before != null) {
        partition.follows(before);
      }
    }
    for (FetchedPartition.Key key : forgotten) {
      partitions.remove(key);
    }
    epoch = FetchMetadata.nextEpoch(epoch);
  }

  int partitionCount() {
    return partitions.size();
  }

  List<FetchedPartition> inOrder() {
    return new ArrayList<>(partitions.values());
  }

  void moveToEnd(FetchedPartition partition) {
    if (partitions.remove(partition.key(), partition)) {
      partitions.put(partition.key(), partition);
    }
  }

  // --- under the sessions' lock

  long createdMs() {
    return createdMs;
  }

  long lastUsedMs() {
    return lastUsedMs;
  }

  void usedAt(long nowMs) {
    lastUsedMs = nowMs;
  }

  /** How many partitions it was last counted with. */
  int size() {
    return size;
  }

  void countedAs(int partitionCount) {
    size = partitionCount;
  }
}
