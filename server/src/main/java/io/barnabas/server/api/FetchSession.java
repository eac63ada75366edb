package io.barnabas.server.api;

import io.barnabas.replica.Replica;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * What a client fetches, remembered so that its next request needs to say only what changed
 * (KIP-227), and so that only those partitions are read of which there may be something new.
 * Thread-safe.
 */
final class FetchSession {
  /**
   * How often all are read nevertheless: where a log begins may change without anybody being told.
   */
  private static final long ALL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int id;
  private final boolean usesTopicIds;
  private final long createdMs;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReadyPartitions ready = new ReadyPartitions();

  // Under the lock.
  private final Map<FetchedPartition.Key, FetchedPartition> partitions = new LinkedHashMap<>();
  private long allReadNanos;
  private boolean closed;

  /** The epoch that the next request must have. */
  private int epoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);

  /** Guarded by the sessions' lock, as what they evict by. */
  private long lastUsedMs;

  private int size;

  /** All of it has yet to be read. */
  FetchSession(int id, boolean usesTopicIds, long nowMs, List<FetchedPartition> fetched) {
    this.id = id;
    this.usesTopicIds = usesTopicIds;
    createdMs = nowMs;
    lastUsedMs = nowMs;
    allReadNanos = TimeUnit.MILLISECONDS.toNanos(nowMs) - ALL_NANOS;
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

  /** Those of which the client may have to hear something. */
  ReadyPartitions ready() {
    return ready;
  }

  /** Takes what is to be read now; what is not quiet then has to be added again. */
  ReadyPartitions.Taken takeReady(long nowNanos) {
    lock.lock();
    try {
      if (nowNanos - allReadNanos >= ALL_NANOS) {
        allReadNanos = nowNanos;
        ready.add(partitions.keySet());
      }
      return ready.take();
    } finally {
      lock.unlock();
    }
  }

  /** Those that are still in the session. */
  List<FetchedPartition> partitions(List<FetchedPartition.Key> keys) {
    lock.lock();
    try {
      List<FetchedPartition> found = new ArrayList<>(keys.size());
      for (FetchedPartition.Key key : keys) {
        FetchedPartition partition = partitions.get(key);
        if (partition != null) {
          found.add(partition);
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** Has it ready whenever something happens to its replica; to be called before that is read. */
  void listenTo(FetchedPartition partition, Replica replica, FetchReader reader) {
    lock.lock();
    try {
      // If another one has taken its place, that one is ready, and listened to when it is read.
      if (!closed && partition.equals(partitions.get(partition.key()))) {
        partition.listenTo(replica, reader, () -> ready.changed(partition.key()));
      }
    } finally {
      lock.unlock();
    }
  }

  int partitionCount() {
    lock.lock();
    try {
      return partitions.size();
    } finally {
      lock.unlock();
    }
  }

  /** Listens to nothing any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      partitions.values().forEach(FetchedPartition::ignore);
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
    ready.add(asked.stream().map(FetchedPartition::key).toList());
    for (FetchedPartition.Key key : forgotten) {
      FetchedPartition before = partitions.remove(key);
      if (before != null) {
        before.ignore();
      }
    }
    epoch = FetchMetadata.nextEpoch(epoch);
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
