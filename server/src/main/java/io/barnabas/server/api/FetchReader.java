package io.barnabas.server.api;

import io.barnabas.replica.FetchSpec;
import io.barnabas.replica.FollowerFetch;
import io.barnabas.replica.ReadLimit;
import io.barnabas.replica.Registration;
import io.barnabas.replica.Replica;
import io.barnabas.replica.ReplicaRead;
import io.barnabas.replica.Replicas;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Reads the partitions of one fetch, in their order, within its bounds. Never waits. */
final class FetchReader {
  private final Replicas replicas;
  private final int maxBytes;
  private final ReadLimit upTo;
  private final @Nullable FollowerFetch asks;
  private final @Nullable FollowerFetch waits;
  private final Consumer consumer;

  /**
   * What matters of a reader that is no follower.
   *
   * @param committedOnly whether it skips the records of aborted transactions
   * @param leaderOnly whether it can read from leaders only
   * @param near the brokers from which it had better read
   */
  record Consumer(boolean committedOnly, boolean leaderOnly, Set<Integer> near) {
    private static final Consumer NONE = new Consumer(false, true, Set.of());
  }

  private FetchReader(
      Replicas replicas,
      int maxBytes,
      ReadLimit upTo,
      Consumer consumer,
      @Nullable FollowerFetch asks,
      @Nullable FollowerFetch waits) {
    this.replicas = replicas;
    this.maxBytes = maxBytes;
    this.upTo = upTo;
    this.consumer = consumer;
    this.asks = asks;
    this.waits = waits;
  }

  /**
   * For one request of a consumer.
   *
   * @param maxBytes of records, except that the first batch is given whole
   */
  static FetchReader forConsumer(Replicas replicas, int maxBytes, Consumer consumer) {
    ReadLimit upTo =
        consumer.committedOnly() ? ReadLimit.LAST_STABLE_OFFSET : ReadLimit.HIGH_WATERMARK;
    return new FetchReader(replicas, maxBytes, upTo, consumer, null, null);
  }

  /** For one request of a follower. */
  static FetchReader forFollower(Replicas replicas, int maxBytes, int broker, long brokerEpoch) {
    return new FetchReader(
        replicas,
        maxBytes,
        ReadLimit.LOG_END,
        Consumer.NONE,
        new FollowerFetch(broker, brokerEpoch, true),
        new FollowerFetch(broker, brokerEpoch, false));
  }

  /** Hears which replica of a partition is about to be read. */
  @FunctionalInterface
  interface Watcher {
    void found(FetchedPartition partition, Replica replica);
  }

  /**
   * Reads some partitions; the caller takes the result over.
   *
   * @param others how many the fetch has beside these
   * @param first whether the reader has just asked, which tells how far a follower is
   */
  FetchResult read(List<FetchedPartition> partitions, int others, boolean first, Watcher watcher) {
    FetchResult result = new FetchResult(partitions, others, upTo);
    try {
      int room = maxBytes;
      boolean atLeastOneBatch = true;
      for (int i = 0; i < partitions.size(); i++) {
        FetchedPartition partition = partitions.get(i);
        FetchSpec spec = partition.spec(room, atLeastOneBatch, upTo, consumer.leaderOnly());
        int size = read(partition, i, spec, first ? asks : waits, watcher, result);
        atLeastOneBatch &= size == 0;
        room = Math.max(0, room - size);
      }
      return result;
    } catch (RuntimeException e) {
      result.close();
      throw e;
    }
  }

  /** Calls back whenever another read of a replica might find more. */
  Registration listen(Replica replica, Runnable wake) {
    return upTo == ReadLimit.LOG_END ? replica.onLogEnd(wake) : replica.onHighWatermark(wake);
  }

  /**
   * As {@link FetchResult#isQuiet}. A follower that is not in sync is looked after, as it may be
   * allowed to be later than it has all.
   */
  boolean isQuiet(FetchResult result, int place) {
    Replica replica = result.replica(place);
    return result.isQuiet(place)
        && (asks == null || (replica != null && replica.inSyncReplicas().contains(asks.broker())));
  }

  private int read(
      FetchedPartition partition,
      int place,
      FetchSpec spec,
      @Nullable FollowerFetch follower,
      Watcher watcher,
      FetchResult result) {
    try {
      Replica replica = partition.replica(replicas);
      watcher.found(partition, replica);
      OptionalInt nearer = replica.nearerReplica(consumer.near(), spec.fetchOffset());
      if (nearer.isPresent()) {
        result.nearer(place, replica, replica.readNothing(spec), nearer.getAsInt());
        return 0;
      }
      ReplicaRead read = follower == null ? replica.read(spec) : replica.read(spec, follower);
      result.found(place, replica, read);
      return read.records().sizeBytes();
    } catch (UnknownTopicIdException | UnknownTopicOrPartitionException e) {
      result.unknown(place, Errors.forException(e));
    } catch (OffsetOutOfRangeException e) {
      // A follower begins anew where the log begins.
      result.failed(
          place, Errors.forException(e), follower == null ? -1 : partition.foundLogStart());
    } catch (ApiException e) {
      result.failed(place, Errors.forException(e), -1);
    }
    return 0;
  }
}
