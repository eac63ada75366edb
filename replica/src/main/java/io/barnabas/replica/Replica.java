package io.barnabas.replica;

import io.barnabas.log.AppendContext;
import io.barnabas.log.EpochEnd;
import io.barnabas.log.LogView;
import io.barnabas.log.OffsetAndTimestamp;
import io.barnabas.log.Origin;
import io.barnabas.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * One partition's replica on this node. Thread-safe. Refusals are {@link ApiException}s with
 * Kafka's codes. Its records count as replicated up to the high watermark, which goes back only
 * when a follower has to cut its log.
 */
public final class Replica {
  private final PartitionLog log;
  private final ReplicaContext context;
  private final Replication replication;
  private volatile boolean deletable;

  /** Whether sending it to followers is limited. */
  private volatile boolean throttledSender;

  /** Whether fetching it from its leader is limited. */
  private volatile boolean throttledFetcher;

  /** Follows nobody until the first {@link #update}. */
  Replica(PartitionLog log, ReplicaContext context, Role role, TopicConfig config) {
    this.log = log;
    this.context = context;
    replication = new Replication(log, context);
    log.watchHighWatermark(replication::highWatermark);
    // First, and only then a look at where the log is: a flush in between would go unnoticed.
    log.onFlushed(end -> replication.advance());
    update(role, config);
  }

  /** Which partition this is. */
  public TopicIdPartition id() {
    return log.id();
  }

  /** Up to where such a reader may read now. */
  public long readableEnd(ReadLimit limit) {
    return limit == ReadLimit.LOG_END ? log.view().logEndOffset() : highWatermark();
  }

  /** Whether consumers may read here, from the leader or a follower in sync. */
  public boolean isReadable() {
    return replication.role().isReadable() && !replication.standsAside();
  }

  /** Whether this node leads the partition, and does not stand aside. */
  public boolean isLeader() {
    return replication.role() instanceof Role.Leader && !replication.standsAside();
  }

  /**
   * Whether this node may lead the partition next: it is in sync, and did not lead a moment ago. A
   * client that comes to write here may have heard sooner than this node that it leads. {@link
   * #onHighWatermark} tells of the change.
   */
  public boolean mayLeadSoon() {
    return replication.mayLeadSoon();
  }

  /** Somebody waited in vain for this node to lead: for a while nobody else is to. */
  public void doesNotLeadSoon() {
    replication.doesNotLeadSoon();
  }

  /**
   * Whether this node leads the partition and others in sync could, and it leads nothing of that
   * kind for now ({@link Replicas#standAside}).
   */
  public boolean standsAside() {
    return replication.standsAside();
  }

  /** The newest leadership that this node has heard of. */
  public int leaderEpoch() {
    return replication.role().leaderEpoch();
  }

  /** All below it is on every in-sync replica, and may be read. */
  public long highWatermark() {
    return replication.highWatermark();
  }

  /** All below it is decided; the high watermark, because there are no transactions yet. */
  public long lastStableOffset() {
    return replication.highWatermark();
  }

  /** The log's bounds now. */
  public LogView view() {
    return log.view();
  }

  /** The in-sync replicas that the cluster knows of; none if this node does not lead. */
  public List<Integer> inSyncReplicas() {
    return replication.role() instanceof Role.Leader leader ? leader.isr() : List.of();
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
    return append(batches, origin, acks, OptionalInt.empty());
  }

  /**
   * The same in one leadership only.
   *
   * @throws ApiException as above; FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH if it is another
   */
  public AppendTicket append(
      ByteBuffer batches, Origin origin, Acks acks, OptionalInt currentLeaderEpoch) {
    Role.Leader leader = leader(currentLeaderEpoch);
    int enough = leader.enough(replication.minInsyncReplicas());
    if (acks == Acks.ALL && leader.isr().size() < enough) {
      throw new NotEnoughReplicasException(
          "%s has %d in-sync replicas and needs %d"
              .formatted(id().topicPartition(), leader.isr().size(), enough));
    }
    try {
      AppendContext by = new AppendContext(leader.leaderEpoch(), origin);
      AppendTicket ticket =
          new AppendTicket(replication, acks, leader.leaderEpoch(), log.append(batches, by));
      replication.appended();
      return ticket;
    } catch (IOException e) {
      throw storage(e);
    }
  }

  /**
   * Adds a listener that is called each time the high watermark has moved, or the replica is no
   * longer what it was. It must not block.
   */
  public Registration onHighWatermark(Runnable listener) {
    return replication.addListener(listener, false);
  }

  /** As {@link #onHighWatermark}, and each time something was appended. */
  public Registration onLogEnd(Runnable listener) {
    return replication.addListener(listener, true);
  }

  /**
   * Reads from an immutable view of the log; waits only where that shows damage, and then for the
   * log to be looked at.
   *
   * @throws ApiException NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
   *     OFFSET_OUT_OF_RANGE or KAFKA_STORAGE_ERROR
   */
  public ReplicaRead read(FetchSpec spec) {
    if (checkReadable(spec) instanceof Role.Follower
        && spec.fetchOffset() > log.view().logEndOffset()) {
      // Not where the epoch of the reader's last record ends: this log may only be behind.
      throw new OffsetOutOfRangeException(
          "Offset %d of %s is not here yet".formatted(spec.fetchOffset(), id().topicPartition()));
    }
    try {
      return ReplicaReads.read(log, spec, highWatermark());
    } catch (IOException e) {
      throw storage(e);
    }
  }

  /**
   * As {@link #read}, for one who is to read elsewhere: without records, wherever it wants to read.
   *
   * @throws ApiException NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH
   */
  public ReplicaRead readNothing(FetchSpec spec) {
    checkReadable(spec);
    return ReplicaReads.nothing(log.view(), spec, highWatermark());
  }

  private Role checkReadable(FetchSpec spec) {
    Role role = role(spec.currentLeaderEpoch());
    if (!role.isReadable()
        || (spec.leaderOnly() && !(role instanceof Role.Leader))
        || replication.standsAside()) {
      throw new NotLeaderOrFollowerException(
          "%s cannot be read here".formatted(id().topicPartition()));
    }
    return role;
  }

  /**
   * The follower that a consumer had better read from than from this leader: in sync, with the
   * offset in its log, and of several the one that has most. Empty if there is none, or this node
   * is near enough itself.
   *
   * @param near the brokers that are near to the consumer
   * @param offset from where it wants to read
   */
  public OptionalInt nearerReplica(Set<Integer> near, long offset) {
    return near.isEmpty() || near.contains(context.nodeId())
        ? OptionalInt.empty()
        : replication.furthestFollower(near, offset);
  }

  /**
   * Reads for a follower, up to the log's end, and takes notice of how far it is. There are no
   * records in it as long as it is held back.
   *
   * @throws ApiException as {@link #read}; and UNKNOWN_LEADER_EPOCH or NOT_LEADER_OR_FOLLOWER if it
   *     is not a follower, or not its broker's start that is registered
   */
  public ReplicaRead read(FetchSpec spec, FollowerFetch follower) {
    Role.Leader leader = leaderOfFollowers(spec.currentLeaderEpoch());
    if (!leader.replicas().contains(follower.broker()) || follower.broker() == context.nodeId()) {
      String message = "The reader is not a replica of " + id().topicPartition();
      throw spec.currentLeaderEpoch().isPresent()
          ? new UnknownLeaderEpochException(message)
          : new NotLeaderOrFollowerException(message);
    }
    if (!context.isProven(follower.broker(), follower.brokerEpoch())) {
      throw new NotLeaderOrFollowerException(
          "This is not from broker %d as it is registered here".formatted(follower.broker()));
    }
    try {
      ReplicaRead read = ReplicaReads.read(log, spec, highWatermark());
      boolean held = isHeldBack(leader, follower);
      if (follower.isNew()
          && spec.currentLeaderEpoch().isPresent()
          && read.divergingEpoch().isEmpty()) {
        LogBounds bounds = new LogBounds(spec.readerStart(), spec.fetchOffset());
        boolean sends = !held && read.records().sizeBytes() > 0;
        if (replication.fetched(follower, bounds, leader.leaderEpoch(), sends) && sends) {
          // It did not take what it was sent, perhaps because it was damaged.
          ReplicaReads.verify(log, spec, read);
        }
      }
      return held ? read.withoutRecords() : read;
    } catch (IOException e) {
      throw storage(e);
    }
  }

  /** Those in sync never are, as whoever waits for acks=all waits for them. */
  private boolean isHeldBack(Role.Leader leader, FollowerFetch follower) {
    return throttledSender
        && !leader.isr().contains(follower.broker())
        && context.throttles().sending().isExceeded();
  }

  /** Takes notice of how many bytes of records an answer to a follower has. */
  public void sent(long bytes) {
    if (throttledSender) {
      context.throttles().sending().record(bytes);
    }
  }

  /** Whether its records are fetched no faster than allowed. */
  boolean isFetchThrottled() {
    return throttledFetcher;
  }

  /** Whether its records should not be fetched for now, unless it has nearly all of them. */
  boolean isFetchHeldBack() {
    return throttledFetcher && context.throttles().fetching().isExceeded();
  }

  /** Takes notice of how many bytes of records its leader has sent. */
  void fetched(long bytes) {
    if (throttledFetcher) {
      context.throttles().fetching().record(bytes);
    }
  }

  /**
   * Finds an offset by time, below a limit. Below the log's end any replica is asked, else the
   * leader only.
   *
   * @param timestampMs milliseconds, or one of the special values of {@link ListOffsetsRequest}
   * @return offset and timestamp -1 if there is none
   * @throws ApiException as {@link #read}
   */
  public OffsetAndTimestamp listOffset(
      long timestampMs, ReadLimit limit, OptionalInt currentLeaderEpoch) {
    Role role = limit == ReadLimit.LOG_END ? role(currentLeaderEpoch) : leader(currentLeaderEpoch);
    long upTo = limit == ReadLimit.LOG_END ? log.view().logEndOffset() : listable(timestampMs);
    try {
      if (limit != ReadLimit.LOG_END && !replication.isSettled() && isSought(timestampMs)) {
        long end = log.view().logEndOffset();
        if (ReplicaReads.listOffset(log, timestampMs, end, role.leaderEpoch()).offset() >= upTo) {
          // It may be readable already, as far as others know.
          throw replication.unsettled();
        }
      }
      return ReplicaReads.listOffset(log, timestampMs, upTo, role.leaderEpoch());
    } catch (IOException e) {
      throw storage(e);
    }
  }

  private static boolean isSought(long timestampMs) {
    return timestampMs >= 0 || timestampMs == ListOffsetsRequest.MAX_TIMESTAMP;
  }

  private long listable(long timestampMs) {
    return timestampMs == ListOffsetsRequest.LATEST_TIMESTAMP
        ? replication.settledWatermark()
        : highWatermark();
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
    return context.cuts().submit(this, offset);
  }

  /** On the worker: the log start offset then, which a crash may still take back. */
  long raiseStart(long offset) {
    leader(OptionalInt.empty());
    if (!deletable) {
      throw new PolicyViolationException(
          "The cleanup.policy of " + id().topic() + " does not allow deleting records");
    }
    long watermark = highWatermark();
    if (offset < -1 || offset > watermark) {
      throw new OffsetOutOfRangeException(
          "Offset %d is above the high watermark %d of %s"
              .formatted(offset, watermark, id().topicPartition()));
    }
    return log.raiseStart(offset == -1 ? watermark : offset);
  }

  private Role.Leader leader(OptionalInt currentLeaderEpoch) {
    Role.Leader leader = leaderOfFollowers(currentLeaderEpoch);
    if (replication.standsAside()) {
      throw notLeader();
    }
    return leader;
  }

  /** They fetch what it has even if it stands aside, as they may lead next. */
  private Role.Leader leaderOfFollowers(OptionalInt currentLeaderEpoch) {
    if (!(role(currentLeaderEpoch) instanceof Role.Leader leader)) {
      throw notLeader();
    }
    return leader;
  }

  private NotLeaderOrFollowerException notLeader() {
    return new NotLeaderOrFollowerException("This node does not lead " + id().topicPartition());
  }

  /** The epoch is looked at first, so that an outdated reader hears that it is, whoever leads. */
  private Role role(OptionalInt currentLeaderEpoch) {
    Role role = replication.role();
    int asked = currentLeaderEpoch.orElse(role.leaderEpoch());
    if (asked < role.leaderEpoch()) {
      throw new FencedLeaderEpochException(
          "The leader epoch %d of %s is over".formatted(asked, id().topicPartition()));
    }
    if (asked > role.leaderEpoch()) {
      throw new UnknownLeaderEpochException(
          "The leader epoch %d of %s is not known here".formatted(asked, id().topicPartition()));
    }
    return role;
  }

  private KafkaStorageException storage(IOException cause) {
    return new KafkaStorageException("The log of " + id().topicPartition() + " failed", cause);
  }

  /** How this replica is replicated. */
  Replication replication() {
    return replication;
  }

  /** Takes what the cluster decided, and the settings; older news changes nothing. */
  void update(Role changed, TopicConfig config) {
    takeSettings(config);
    changeRole(changed, config.minInsyncReplicas());
  }

  /** Takes the topic's settings but for min.insync.replicas. On a platform thread. */
  void takeSettings(TopicConfig config) {
    deletable = config.log().cleanupPolicy().contains("delete");
    throttledSender = config.throttledSenders().contains(id().partition(), context.nodeId());
    throttledFetcher = config.throttledFetchers().contains(id().partition(), context.nodeId());
    log.updateConfig(config.log());
  }

  /** Takes what the cluster decided; older news changes nothing. Does not wait for a force. */
  void changeRole(Role changed, int minInsyncReplicas) {
    replication.update(changed, minInsyncReplicas);
  }

  /** Refuses everything from now on; those who wait are told. */
  void close() {
    replication.close();
  }
}
