package io.barnabas.replica;

import io.barnabas.replica.LeaderFetch.FetchOrder;
import io.barnabas.replica.LeaderFetch.Fetched;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one leader in all its partitions, on a platform thread: fetches, appends, waits until
 * that is on disk, and fetches again, so that what it asks for next says what is on disk.
 */
final class LeaderFetcher {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderFetcher.class);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MOST_DOUBLINGS = 4;

  /** Newcomers break into a fetch that may wait for long; not more often than this. */
  private static final long RESET_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final World world;
  private final int leader;
  private final LeaderFetch.Line line;
  private final LongSupplier brokerEpoch;
  private final Monitor monitor;
  private final WorldThread thread;

  // Under the monitor.
  private final FetchPlan plan;
  private int flushing;
  private boolean fetching;
  private boolean interrupted;
  private boolean stopped;

  /** Whether somebody came while a fetch was under way, which does not ask for it. */
  private boolean missed;

  /** Whether it is tried again to break in. */
  private boolean timed;

  private long lastResetNanos;

  // The thread's own.
  private final Troubles troubles;
  private int failures;
  private long notBeforeNanos;

  LeaderFetcher(
      World world, int leader, LeaderFetch leaders, LongSupplier brokerEpoch, int maxWaitMs) {
    this.world = world;
    this.leader = leader;
    this.brokerEpoch = brokerEpoch;
    plan = new FetchPlan(maxWaitMs, now());
    troubles = new Troubles(leader);
    line = leaders.line(leader);
    monitor = world.threads().newMonitor();
    notBeforeNanos = now();
    lastResetNanos = now() - RESET_NANOS;
    thread = world.threads().startPlatform("barnabas-follow-" + leader, this::run);
  }

  private long now() {
    return world.clock().nanoTime();
  }

  /** Follows a replica from now on, in this epoch; at once only with {@link #hurry}. */
  void follow(Replica replica, int leaderEpoch) {
    FollowedPartition partition = new FollowedPartition(replica, leaderEpoch, now());
    monitor.lock();
    try {
      if (!plan.follow(partition)) {
        return;
      }
      flushing++;
      missed |= fetching;
    } finally {
      monitor.unlock();
    }
    // What it appended while it led, perhaps.
    partition.log().whenFlushed(partition.log().view().logEndOffset(), this::flushed);
  }

  /**
   * Breaks into a fetch that newcomers would have to wait for, once for all of them: a leader that
   * has nothing new answers late, and a leader that is new itself acknowledges nothing meanwhile.
   */
  void hurry() {
    long pauseNanos;
    monitor.lock();
    try {
      if (!missed || !fetching || stopped || timed) {
        return;
      }
      pauseNanos = lastResetNanos + RESET_NANOS - now();
      if (pauseNanos <= 0) {
        lastResetNanos = now();
        interrupted = true;
        missed = false;
      } else {
        timed = true;
      }
    } finally {
      monitor.unlock();
    }
    if (pauseNanos <= 0) {
      line.reset();
    } else {
      world.clock().schedule(pauseNanos, this::hurryNow);
    }
  }

  private void hurryNow() {
    monitor.lock();
    try {
      timed = false;
    } finally {
      monitor.unlock();
    }
    hurry();
  }

  /** Follows it no longer; what is under way of it comes to nothing in the log. */
  void forget(TopicIdPartition id) {
    monitor.lock();
    try {
      plan.forget(id);
    } finally {
      monitor.unlock();
    }
  }

  boolean isIdle() {
    monitor.lock();
    try {
      return plan.followsNothing();
    } finally {
      monitor.unlock();
    }
  }

  private void flushed() {
    monitor.lock();
    try {
      flushing--;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  private void run() {
    for (FetchOrder order = next(); order != null; order = next()) {
      List<Fetched> answer = fetch(order);
      if (answer != null) {
        failures = 0;
        answer.forEach(this::take);
        troubles.lasting(this::isFollowed, now()).ifPresent(LOG::warn);
      }
    }
  }

  /** The answer, or null if there is none. */
  private @Nullable List<Fetched> fetch(FetchOrder order) {
    try {
      List<Fetched> answer = line.fetch(order).join();
      endFetch(false);
      return answer;
    } catch (CompletionException e) {
      if (!endFetch(true)) {
        if (failures == 0) {
          Throwable cause = e.getCause() == null ? e : e.getCause();
          LOG.warn("Node {} cannot be followed for now: {}", leader, cause.getMessage());
        }
        notBeforeNanos = now() + (FIRST_PAUSE_NANOS << Math.min(failures++, MOST_DOUBLINGS));
      }
      return null;
    }
  }

  /** Whether, if it failed, that was because it was broken into. */
  private boolean endFetch(boolean failed) {
    monitor.lock();
    try {
      fetching = false;
      boolean expected = interrupted || stopped;
      interrupted &= !failed;
      return expected;
    } finally {
      monitor.unlock();
    }
  }

  private boolean isFollowed(FollowedPartition partition) {
    monitor.lock();
    try {
      return plan.follows(partition);
    } finally {
      monitor.unlock();
    }
  }

  private void take(Fetched fetched) {
    FollowedPartition partition;
    monitor.lock();
    try {
      // Not one that is followed since then in a later epoch: this answer is not for it.
      partition = plan.answered(fetched.id());
      if (partition == null) {
        return;
      }
      flushing++;
    } finally {
      monitor.unlock();
    }
    try {
      partition.take(fetched, now());
      troubles.note(partition);
    } finally {
      partition.log().whenFlushed(partition.log().view().logEndOffset(), this::flushed);
    }
  }

  /** Waits until there is something to fetch; null at the end. */
  private @Nullable FetchOrder next() {
    monitor.lock();
    try {
      while (!stopped) {
        long now = now();
        if (flushing > 0) {
          monitor.await();
        } else if (notBeforeNanos - now > 0) {
          monitor.awaitUntil(notBeforeNanos);
        } else {
          if (plan.look(now)) {
            fetching = true;
            missed = false;
            return plan.order(brokerEpoch.getAsLong());
          }
          if (!plan.followsNothing()) {
            // All of them pause or are held back, or their disk has failed.
            monitor.awaitUntil(now + TimeUnit.MILLISECONDS.toNanos(plan.waitMs()));
          } else {
            monitor.await();
          }
        }
      }
      return null;
    } finally {
      monitor.unlock();
    }
  }

  /** Fetches no more. */
  void stop() {
    monitor.lock();
    try {
      stopped = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    line.close();
  }

  /** Waits until nothing of it runs, after {@link #stop}. */
  void join() {
    thread.join();
  }
}
