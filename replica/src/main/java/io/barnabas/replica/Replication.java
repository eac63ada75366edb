package io.barnabas.replica;

import io.barnabas.log.LogView;
import io.barnabas.log.PartitionLog;
import io.barnabas.replica.IsrProposals.IsrAnswer;
import io.barnabas.replica.IsrProposals.IsrProposal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.OffsetNotAvailableException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica's role, how far its records are replicated, and who waits for that. Thread-safe.
 * Whoever waits is told without a lock held.
 */
final class Replication {
  private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

  private final PartitionLog log;
  private final ReplicaContext context;
  private final Listeners listeners = new Listeners();
  private final LastLed lastLed;

  /** Taken before the log's own locks, never within them. */
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final OffsetWaiters forReplication = new OffsetWaiters();
  private final OffsetWaiters forFlush = new OffsetWaiters();
  private @Nullable Leading leading;

  /** From which epoch on this node has led without another one in between. */
  private int ledSince;

  private long leaderWatermark = -1;

  // Written under the lock.
  private volatile boolean closed;
  private volatile Role role = Role.Follower.ofNobody(-1, -1);
  private volatile int minInsyncReplicas = 1;
  private volatile long highWatermark;

  /** Whether a follower said that it has all, and nothing was appended since. */
  private volatile boolean someHadAll;

  Replication(PartitionLog log, ReplicaContext context) {
    this.log = log;
    this.context = context;
    highWatermark = log.recoveredHighWatermark();
    lastLed = new LastLed(context.clock());
  }

  /** What this node is to the partition now. */
  Role role() {
    return role;
  }

  /** Whether it leads what others in sync can lead, while this node leads nothing of that kind. */
  boolean standsAside() {
    return context.aside().isAsked()
        && role instanceof Role.Leader leader
        && leader.isr().size() > 1;
  }

  /** As {@link Replica#mayLeadSoon}. */
  boolean mayLeadSoon() {
    return role instanceof Role.Follower follower
        && follower.inSync()
        && !closed
        && lastLed.isLongAgo();
  }

  /** As {@link Replica#doesNotLeadSoon}. */
  void doesNotLeadSoon() {
    lastLed.note();
  }

  int minInsyncReplicas() {
    return minInsyncReplicas;
  }

  long highWatermark() {
    return highWatermark;
  }

  Registration addListener(Runnable listener, boolean ofAppends) {
    return listeners.add(listener, ofAppends);
  }

  /** Something was appended as the leader. */
  void appended() {
    if (someHadAll) {
      noteAppend();
    }
    listeners.ofAppends().forEach(this::tell);
  }

  private void noteAppend() {
    lock.lock();
    try {
      someHadAll = false;
      Leading leads = leading;
      if (leads != null) {
        leads.appended(context.clock().nanoTime());
      }
    } finally {
      lock.unlock();
    }
  }

  void whenFlushed(long offset, int epoch, Consumer<Errors> callback) {
    whenReached(offset, epoch, callback, forFlush, log::flushedEndOffset);
  }

  void whenReplicated(long offset, int epoch, Consumer<Errors> callback) {
    whenReached(offset, epoch, callback, forReplication, () -> highWatermark);
  }

  private void whenReached(
      long offset,
      int epoch,
      Consumer<Errors> callback,
      OffsetWaiters waiters,
      LongSupplier reached) {
    Errors outcome;
    lock.lock();
    try {
      if (epoch < ledSince || epoch > role.leaderEpoch() || !(role instanceof Role.Leader leader)) {
        // Another may have led in between and have cut away what was appended.
        outcome = Errors.NOT_LEADER_OR_FOLLOWER;
      } else if (reached.getAsLong() >= offset) {
        outcome = Errors.NONE;
      } else if (!mayAdvance()) {
        outcome = whyNever();
      } else if (standsAside()) {
        outcome = Errors.NOT_LEADER_OR_FOLLOWER;
      } else if (waiters == forReplication
          && leader.isr().size() < leader.enough(minInsyncReplicas)) {
        outcome = Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
      } else {
        waiters.add(offset, callback);
        return;
      }
    } finally {
      lock.unlock();
    }
    tell(callback, outcome);
  }

  private boolean mayAdvance() {
    return !closed && log.isUsable();
  }

  private Errors whyNever() {
    return (role instanceof Role.Leader)
        ? Errors.KAFKA_STORAGE_ERROR
        : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /** Who is told of a change once the lock is free. Collected under it. */
  private final class News {
    private final List<Runnable> told = new ArrayList<>(1);

    void collect(List<Consumer<Errors>> callbacks, Errors error) {
      callbacks.forEach(callback -> told.add(() -> callback.accept(error)));
    }

    void collectListeners() {
      told.addAll(listeners.all());
    }

    void tellAll() {
      told.forEach(Replication.this::tell);
    }
  }

  /** Takes notice of the log's flushed end, or that it has failed. */
  void advance() {
    News news = new News();
    lock.lock();
    try {
      advance(news);
    } finally {
      lock.unlock();
    }
    news.tellAll();
  }

  private void advance(News news) {
    long flushedEnd = log.flushedEndOffset();
    long before = highWatermark;
    boolean may = mayAdvance();
    if (may) {
      highWatermark = Math.max(before, replicatedEnd(flushedEnd));
    }
    news.collect(forReplication.takeUpTo(highWatermark), Errors.NONE);
    news.collect(forFlush.takeUpTo(flushedEnd), Errors.NONE);
    if (!may) {
      refuse(whyNever(), news);
    }
    if (highWatermark != before || !may) {
      news.collectListeners();
    }
  }

  private long replicatedEnd(long flushedEnd) {
    Leading leads = leading;
    if (leads == null) {
      return Math.min(leaderWatermark, flushedEnd);
    }
    // Below the least number nothing is acknowledged, so that those that were in sync when it last
    // was have all of it, and may be elected.
    return leads.role().isr().size() < leads.role().enough(minInsyncReplicas)
        ? -1
        : leads.replicatedEnd(flushedEnd);
  }

  private void refuse(Errors reason, News news) {
    news.collect(forReplication.takeUpTo(Long.MAX_VALUE), reason);
    news.collect(forFlush.takeUpTo(Long.MAX_VALUE), reason);
  }

  private void tell(Consumer<Errors> callback, Errors error) {
    tell(() -> callback.accept(error));
  }

  /** One that fails must not keep the others, or the disk's thread, from going on. */
  private void tell(Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      LOG.error("One who waited for {} failed when told", log.id(), e);
    }
  }

  /** The high watermark; refuses if clients may have seen a higher one from the leader before. */
  long settledWatermark() {
    lock.lock();
    try {
      if (!isSettled()) {
        throw unsettled();
      }
      return highWatermark;
    } finally {
      lock.unlock();
    }
  }

  /** Whether no leader before can have told clients of a higher high watermark. */
  boolean isSettled() {
    lock.lock();
    try {
      Leading leads = leading;
      return leads == null || highWatermark >= leads.epochStart();
    } finally {
      lock.unlock();
    }
  }

  OffsetNotAvailableException unsettled() {
    return new OffsetNotAvailableException(
        "The new leader of %s does not know the high watermark yet"
            .formatted(log.id().topicPartition()));
  }

  /** As {@link Replica#nearerReplica}. */
  OptionalInt furthestFollower(Set<Integer> among, long offset) {
    lock.lock();
    try {
      Leading leads = leading;
      return leads == null ? OptionalInt.empty() : leads.furthestFollower(among, offset);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A follower has all below an offset on its disk, as it says in a leader epoch.
   *
   * @param answered whether it gets records now
   * @return whether it asks again for what it was sent before
   */
  boolean fetched(FollowerFetch follower, LogBounds bounds, int epoch, boolean answered) {
    News news = new News();
    boolean again;
    Optional<IsrProposal> expansion = Optional.empty();
    lock.lock();
    try {
      Leading leads = leading;
      if (leads == null || leads.role().leaderEpoch() != epoch || closed) {
        return false;
      }
      again = leads.asksAgain(follower.broker(), bounds.end(), answered);
      long now = context.clock().nanoTime();
      long logEnd = log.view().logEndOffset();
      if (leads.fetched(follower.broker(), bounds, follower.brokerEpoch(), logEnd, now)) {
        someHadAll |= bounds.end() >= logEnd;
        advance(news);
        expansion =
            leads.expansion(
                follower.broker(), highWatermark, now, context::isEligible, context::brokerEpoch);
      }
    } finally {
      lock.unlock();
    }
    expansion.ifPresent(proposal -> context.isrChanges().submit(this, proposal));
    news.tellAll();
    return again;
  }

  /** Proposes to put out those that have not been caught up for too long, if there are any. */
  void proposeShrinking(long lagNanos) {
    Optional<IsrProposal> shrinking = Optional.empty();
    lock.lock();
    try {
      Leading leads = leading;
      if (leads != null && !closed) {
        long now = context.clock().nanoTime();
        long logEnd = log.view().logEndOffset();
        shrinking = leads.shrinking(logEnd, now, lagNanos, context::brokerEpoch);
      }
    } finally {
      lock.unlock();
    }
    shrinking.ifPresent(proposal -> context.isrChanges().submit(this, proposal));
  }

  /** What became of a proposal; null if that is not known. */
  void answered(IsrProposal proposal, @Nullable IsrAnswer answer) {
    News news = new News();
    lock.lock();
    try {
      Leading leads = leading;
      if (leads != null) {
        leads.answered(proposal, answer, context.clock().nanoTime());
        role = leads.role();
        inSyncChanged(news);
      }
    } finally {
      lock.unlock();
    }
    news.tellAll();
  }

  private void inSyncChanged(News news) {
    if (role instanceof Role.Leader leader
        && leader.isr().size() < leader.enough(minInsyncReplicas)) {
      news.collect(
          forReplication.takeUpTo(Long.MAX_VALUE), Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }
    advance(news);
  }

  /**
   * If it stands aside, tells those who wait. Not if its lock is held: that may wait for a disk.
   */
  void standAside() {
    if (!standsAside() || !lock.tryLock()) {
      return;
    }
    News news = new News();
    try {
      if (standsAside()) {
        refuse(Errors.NOT_LEADER_OR_FOLLOWER, news);
        news.collectListeners();
      }
    } finally {
      lock.unlock();
    }
    news.tellAll();
  }

  /** Takes what the cluster decided; older news changes nothing. */
  void update(Role changed, int newMinInsyncReplicas) {
    News news = new News();
    lock.lock();
    try {
      minInsyncReplicas = newMinInsyncReplicas;
      if (!closed && role.isBefore(changed)) {
        take(changed, news);
      }
      inSyncChanged(news);
    } finally {
      lock.unlock();
    }
    news.tellAll();
  }

  private void take(Role changed, News news) {
    Leading leads = leading;
    boolean same = changed.leaderEpoch() == role.leaderEpoch();
    long now = context.clock().nanoTime();
    boolean changes = !same || role.isReadable() != changed.isReadable();
    switch (changed) {
      case Role.Leader leader when same && leads != null -> {
        leads.changed(leader, now);
        // A follower that is no longer in sync is looked after from now on.
        changes = true;
      }
      case Role.Leader leader -> {
        if (leads == null || leader.leaderEpoch() != leads.role().leaderEpoch() + 1) {
          refuse(Errors.NOT_LEADER_OR_FOLLOWER, news);
          ledSince = leader.leaderEpoch();
        }
        long start = log.assignEpochStart(leader.leaderEpoch());
        leading = new Leading(log.id(), context.nodeId(), leader, start, now);
      }
      case Role.Follower follower -> {
        if (!same || leads != null) {
          // The log first: an append that is under way in the old role must not come after.
          log.beginToFollow(follower.leaderEpoch());
          if (leads != null) {
            lastLed.note();
          }
          leading = null;
          leaderWatermark = -1;
          refuse(Errors.NOT_LEADER_OR_FOLLOWER, news);
        }
      }
    }
    role = changed;
    if (changes) {
      // Only now: who comes before sees the old role, and has to hear of the new one.
      news.collectListeners();
    }
    LOG.atDebug()
        .addArgument(() -> log.id().topicPartition())
        .addArgument(changed::inWords)
        .log("{} {}");
    if (leading != null && leading.hasFollowers()) {
      context.isrChanges().watch(this);
    } else {
      context.isrChanges().unwatch(this);
    }
  }

  // --- as a follower

  /** Takes what the leader of an epoch says of how far records are replicated. */
  void followed(int epoch, long highWatermarkOfLeader) {
    News news = new News();
    lock.lock();
    try {
      if (leading == null && role.leaderEpoch() == epoch) {
        leaderWatermark = highWatermarkOfLeader;
        advance(news);
      }
    } finally {
      lock.unlock();
    }
    news.tellAll();
  }

  /** The log of a follower was cut. */
  void cutBack() {
    lock.lock();
    try {
      LogView view = log.view();
      if (view.logEndOffset() < highWatermark) {
        LOG.warn(
            "{} was cut to {}, below its high watermark {}",
            log.id(),
            view.logEndOffset(),
            highWatermark);
      }
      highWatermark = Math.clamp(highWatermark, view.logStartOffset(), view.logEndOffset());
      leaderWatermark = -1;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses everything from now on; those who wait are told. */
  void close() {
    News news = new News();
    lock.lock();
    try {
      closed = true;
      role = Role.Follower.ofNobody(role.leaderEpoch(), role.partitionEpoch());
      leading = null;
      context.isrChanges().unwatch(this);
      advance(news);
    } finally {
      lock.unlock();
    }
    news.tellAll();
  }
}
