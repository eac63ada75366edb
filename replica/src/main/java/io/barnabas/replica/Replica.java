package io.barnabas.replica;

import io.barnabas.log.AppendContext;
import io.barnabas.log.EpochEnd;
import io.barnabas.log.LogSlice;
import io.barnabas.log.LogView;
import io.barnabas.log.OffsetAndTimestamp;
import io.barnabas.log.Origin;
import io.barnabas.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's replica on this node. Thread-safe. Refusals are {@link ApiException}s with
 * Kafka's codes. Its records count as replicated up to the high watermark, which never goes back.
 */
public final class Replica {
  private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

  private final PartitionLog log;
  private final Cuts cuts;
  private final ReentrantLock lock = new ReentrantLock();
  private final OffsetWaiters waiters = new OffsetWaiters();
  private final Map<Long, Runnable> listeners = new LinkedHashMap<>();
  private long nextListener;

  private volatile Role role;
  private volatile int minInsyncReplicas;
  private volatile boolean deletable;
  private volatile boolean closed;
  private volatile long highWatermark;

  Replica(PartitionLog log, Cuts cuts, Role role, TopicConfig config) {
    this.log = log;
    this.cuts = cuts;
    this.role = role;
    minInsyncReplicas = config.minInsyncReplicas();
    deletable = config.log().cleanupPolicy().contains("delete");
    // First, and only then a look at where the log is: a flush in between would go unnoticed.
    log.onFlushed(end -> advance());
    highWatermark = log.flushedEndOffset();
    if (role instanceof Role.Leader leader) {
      log.assignEpochStart(leader.leaderEpoch());
    }
  }

  /** Which partition this is. */
  public TopicIdPartition id() {
    return log.id();
  }

  /** Whether this node leads the partition. */
  public boolean isLeader() {
    return !closed && role instanceof Role.Leader;
  }

  /** The newest leadership that this node has heard of. */
  public int leaderEpoch() {
    return role.leaderEpoch();
  }

  /** All below it is on every in-sync replica, and may be read. */
  public long highWatermark() {
    return highWatermark;
  }

  /** All below it is decided; the high watermark, because there are no transactions yet. */
  public long lastStableOffset() {
    return highWatermark;
  }

  /** The log's bounds now. */
  public LogView view() {
    return log.view();
  }

  /** The log below; for what only looks at it. */
  public PartitionLog log() {
    return log;
  }

  /**
   * Appends batches as the leader. They are changed in place: offsets, leader epoch, perhaps
   * timestamps.
   *
   * @throws ApiException with the code for the producer, nothing appended
   */
  public AppendTicket append(ByteBuffer batches, Origin origin, Acks acks) {
    Role.Leader leader = leader(OptionalInt.empty());
    int enough = Math.min(minInsyncReplicas, leader.replicaCount());
    if (acks == Acks.ALL && leader.isrSize() < enough) {
      throw new NotEnoughReplicasException(
          "%s has %d in-sync replicas and needs %d"
              .formatted(id().topicPartition(), leader.isrSize(), enough));
    }
    try {
      AppendContext context = new AppendContext(leader.leaderEpoch(), origin);
      return new AppendTicket(this, acks, leader.leaderEpoch(), log.append(batches, context));
    } catch (IOException e) {
      throw storage(e);
    }
  }

  void whenFlushed(long offset, int epoch, Consumer<Errors> callback) {
    log.whenFlushed(
        offset,
        () -> tell(callback, leads(epoch) && log.isUsable() ? Errors.NONE : whyNever(epoch)));
  }

  void whenReplicated(long offset, int epoch, Consumer<Errors> callback) {
    lock.lock();
    try {
      if (highWatermark < offset && mayAdvance() && leads(epoch)) {
        waiters.add(offset, callback);
        return;
      }
    } finally {
      lock.unlock();
    }
    boolean replicated = highWatermark >= offset && role.leaderEpoch() == epoch;
    tell(callback, replicated ? Errors.NONE : whyNever(epoch));
  }

  private boolean mayAdvance() {
    return isLeader() && log.isUsable();
  }

  /** Whether what was appended then is sure to be what the log still has there. */
  private boolean leads(int epoch) {
    return isLeader() && role.leaderEpoch() == epoch;
  }

  private Errors whyNever(int epoch) {
    return leads(epoch) ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /** Takes notice of the log's flushed end, or that it has failed. */
  void advance() {
    List<Consumer<Errors>> replicated;
    List<Consumer<Errors>> refused = List.of();
    List<Runnable> told;
    lock.lock();
    try {
      highWatermark = Math.max(highWatermark, log.flushedEndOffset());
      replicated = waiters.takeUpTo(highWatermark);
      if (!mayAdvance()) {
        refused = waiters.takeUpTo(Long.MAX_VALUE);
      }
      told = new ArrayList<>(listeners.values());
    } finally {
      lock.unlock();
    }
    replicated.forEach(callback -> tell(callback, Errors.NONE));
    refused.forEach(callback -> tell(callback, whyNever(leaderEpoch())));
    told.forEach(this::tell);
  }

  private void tell(Consumer<Errors> callback, Errors error) {
    tell(() -> callback.accept(error));
  }

  /** One that fails must not keep the others, or the disk's thread, from going on. */
  private void tell(Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      LOG.error("One who waited for {} failed when told", id(), e);
    }
  }

  /**
   * Adds a listener that is called each time the high watermark has moved, or the replica is no
   * longer what it was. It must not block.
   */
  public Registration onHighWatermark(Runnable listener) {
    long number;
    lock.lock();
    try {
      number = nextListener++;
      listeners.put(number, listener);
    } finally {
      lock.unlock();
    }
    return () -> {
      lock.lock();
      try {
        listeners.remove(number);
      } finally {
        lock.unlock();
      }
    };
  }

  /**
   * Reads from an immutable view of the log; never waits.
   *
   * @throws ApiException NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
   *     OFFSET_OUT_OF_RANGE or KAFKA_STORAGE_ERROR
   */
  public ReplicaRead read(FetchSpec spec) {
    leader(spec.currentLeaderEpoch());
    LogView view = log.view();
    long watermark = highWatermark;
    Optional<EpochEnd> diverging = divergence(spec);
    long upTo =
        switch (spec.upTo()) {
          case HIGH_WATERMARK -> watermark;
          case LAST_STABLE_OFFSET -> lastStableOffset();
          case LOG_END -> view.logEndOffset();
        };
    try {
      LogSlice slice =
          log.read(
              spec.fetchOffset(),
              diverging.isPresent() ? spec.fetchOffset() : upTo,
              spec.maxBytes(),
              spec.atLeastOneBatch());
      return new ReplicaRead(
          slice, watermark, lastStableOffset(), view.logStartOffset(), diverging);
    } catch (IOException e) {
      throw storage(e);
    }
  }

  private Optional<EpochEnd> divergence(FetchSpec spec) {
    if (spec.lastFetchedEpoch().isEmpty()) {
      return Optional.empty();
    }
    int epoch = spec.lastFetchedEpoch().getAsInt();
    EpochEnd end = log.endOffsetForEpoch(epoch);
    if (end.epoch() < 0 || end.endOffset() < 0) {
      throw new OffsetOutOfRangeException(
          "%s knows no end of the epoch %d".formatted(id().topicPartition(), epoch));
    }
    return end.epoch() < epoch || end.endOffset() < spec.fetchOffset()
        ? Optional.of(end)
        : Optional.empty();
  }

  /**
   * Finds an offset by time, below a limit.
   *
   * @param timestampMs milliseconds, or one of the special values of {@link ListOffsetsRequest}
   * @return offset and timestamp -1 if there is none
   * @throws ApiException as {@link #read}
   */
  public OffsetAndTimestamp listOffset(
      long timestampMs, ReadLimit limit, OptionalInt currentLeaderEpoch) {
    leader(currentLeaderEpoch);
    long upTo =
        limit == ReadLimit.LOG_END
            ? log.view().logEndOffset()
            : limit == ReadLimit.HIGH_WATERMARK ? highWatermark : lastStableOffset();
    OffsetAndTimestamp none = new OffsetAndTimestamp(-1, -1, Optional.empty());
    try {
      if (timestampMs == ListOffsetsRequest.LATEST_TIMESTAMP) {
        return at(upTo, leaderEpoch());
      } else if (timestampMs == ListOffsetsRequest.EARLIEST_TIMESTAMP
          || timestampMs == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
        long start = log.view().logStartOffset();
        return at(start, log.epochOf(start).value());
      } else if (timestampMs == ListOffsetsRequest.MAX_TIMESTAMP) {
        return log.maxTimestamp(upTo);
      } else if (timestampMs < 0) {
        return none;
      }
      return log.offsetForTimestamp(timestampMs).filter(f -> f.offset() < upTo).orElse(none);
    } catch (IOException e) {
      throw storage(e);
    }
  }

  private static OffsetAndTimestamp at(long offset, int epoch) {
    return new OffsetAndTimestamp(offset, -1, epoch < 0 ? Optional.empty() : Optional.of(epoch));
  }

  /**
   * Where an epoch ended, as OffsetForLeaderEpoch asks.
   *
   * @throws ApiException NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH
   */
  public EpochEnd endOffsetForEpoch(int epoch, OptionalInt currentLeaderEpoch) {
    leader(currentLeaderEpoch);
    return log.endOffsetForEpoch(epoch);
  }

  /**
   * Makes an offset the first that may be read, on the disk's own thread.
   *
   * @param offset or -1 for the high watermark
   * @return the log start offset then; fails with an {@link ApiException}
   */
  public CompletableFuture<Long> deleteRecords(long offset) {
    return cuts.submit(this, offset);
  }

  /** On the worker: the log start offset then, which a crash may still take back. */
  long raiseStart(long offset) {
    leader(OptionalInt.empty());
    if (!deletable) {
      throw new PolicyViolationException(
          "The cleanup.policy of " + id().topic() + " does not allow deleting records");
    }
    long watermark = highWatermark;
    if (offset < -1 || offset > watermark) {
      throw new OffsetOutOfRangeException(
          "Offset %d is above the high watermark %d of %s"
              .formatted(offset, watermark, id().topicPartition()));
    }
    return log.raiseStart(offset == -1 ? watermark : offset);
  }

  private Role.Leader leader(OptionalInt currentLeaderEpoch) {
    Role now = role;
    if (closed || !(now instanceof Role.Leader leader)) {
      throw new NotLeaderOrFollowerException("This node does not lead " + id().topicPartition());
    }
    int asked = currentLeaderEpoch.orElse(leader.leaderEpoch());
    if (asked < leader.leaderEpoch()) {
      throw new FencedLeaderEpochException(
          "The leader epoch %d of %s is over".formatted(asked, id().topicPartition()));
    }
    if (asked > leader.leaderEpoch()) {
      throw new UnknownLeaderEpochException(
          "The leader epoch %d of %s is not known here".formatted(asked, id().topicPartition()));
    }
    return leader;
  }

  private KafkaStorageException storage(IOException cause) {
    return new KafkaStorageException("The log of " + id().topicPartition() + " failed", cause);
  }

  /** Takes what the cluster decided; older news changes nothing. */
  void update(Role changed, TopicConfig config) {
    minInsyncReplicas = config.minInsyncReplicas();
    deletable = config.log().cleanupPolicy().contains("delete");
    log.updateConfig(config.log());
    if (changed.leaderEpoch() < role.leaderEpoch() || changed.equals(role)) {
      return;
    }
    if (changed instanceof Role.Leader leader) {
      log.assignEpochStart(leader.leaderEpoch());
    }
    List<Consumer<Errors>> refused = List.of();
    lock.lock();
    try {
      if (!(changed instanceof Role.Leader) || changed.leaderEpoch() != role.leaderEpoch()) {
        // Another may have led in between and have cut away what they wait for.
        refused = waiters.takeUpTo(Long.MAX_VALUE);
      }
      role = changed;
    } finally {
      lock.unlock();
    }
    refused.forEach(callback -> tell(callback, Errors.NOT_LEADER_OR_FOLLOWER));
    advance();
  }

  /** Refuses everything from now on; those who wait are told. */
  void close() {
    closed = true;
    advance();
  }
}
