package io.barnabas.replica;

import io.barnabas.replica.IsrProposals.IsrAnswer;
import io.barnabas.replica.IsrProposals.IsrProposal;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries proposals of in-sync replicas to the controller, one request at a time with all that came
 * up meanwhile, and looks from time to time for followers that lag. Its thread runs from the first
 * partition on that is led and has followers. Thread-safe.
 */
final class IsrChanges {
  private static final Logger LOG = LoggerFactory.getLogger(IsrChanges.class);
  private static final int MAX_BATCH = 5_000;
  private static final int LOOKS_PER_LAG = 4;
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long FAILED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final World world;
  private final IsrProposals proposals;
  private final LongSupplier brokerEpoch;
  private final long lagNanos;
  private final Monitor monitor;
  private final Set<Replication> watched = new LinkedHashSet<>();

  /** At most one per watched replica. */
  private final Map<IsrProposal, Replication> waiting = new LinkedHashMap<>();

  private boolean stopped;
  private @Nullable WorldThread thread;

  IsrChanges(World world, IsrProposals proposals, LongSupplier brokerEpoch, long lagNanos) {
    this.world = world;
    this.proposals = proposals;
    this.brokerEpoch = brokerEpoch;
    this.lagNanos = lagNanos;
    monitor = world.threads().newMonitor();
  }

  /** Looks after a replica that leads and has followers. */
  void watch(Replication replica) {
    monitor.lock();
    try {
      if (!stopped) {
        watched.add(replica);
        if (thread == null) {
          thread = world.threads().startVirtual("barnabas-isr", this::run);
        }
      }
    } finally {
      monitor.unlock();
    }
  }

  void unwatch(Replication replica) {
    monitor.lock();
    try {
      watched.remove(replica);
    } finally {
      monitor.unlock();
    }
  }

  /** Proposes; the replica hears what became of it. */
  void submit(Replication replica, IsrProposal proposal) {
    monitor.lock();
    try {
      waiting.put(proposal, replica);
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  private void run() {
    long everyNanos = Math.clamp(lagNanos / LOOKS_PER_LAG, LEAST_NANOS, MOST_NANOS);
    long lookNanos = world.clock().nanoTime() + everyNanos;
    while (true) {
      Map<IsrProposal, Replication> batch = next(lookNanos);
      if (batch == null) {
        return;
      }
      if (!batch.isEmpty()) {
        boolean answered = propose(batch);
        lookNanos = answered ? lookNanos : Math.min(lookNanos, now() + FAILED_PAUSE_NANOS);
      }
      if (now() - lookNanos >= 0) {
        lookNanos = now() + everyNanos;
        for (Replication replica : watchedNow()) {
          replica.proposeShrinking(lagNanos);
        }
      }
    }
  }

  private long now() {
    return world.clock().nanoTime();
  }

  private List<Replication> watchedNow() {
    monitor.lock();
    try {
      return List.copyOf(watched);
    } finally {
      monitor.unlock();
    }
  }

  /** What is to be proposed, perhaps nothing if it is time to look; null at the end. */
  private @Nullable Map<IsrProposal, Replication> next(long lookNanos) {
    monitor.lock();
    try {
      while (!stopped && waiting.isEmpty() && now() - lookNanos < 0) {
        monitor.awaitUntil(lookNanos);
      }
      if (stopped) {
        return null;
      }
      Map<IsrProposal, Replication> batch = new LinkedHashMap<>();
      for (IsrProposal proposal : List.copyOf(waiting.keySet())) {
        if (batch.size() == MAX_BATCH) {
          break;
        }
        batch.put(proposal, waiting.remove(proposal));
      }
      return batch;
    } finally {
      monitor.unlock();
    }
  }

  /** Whether all of it was carried out. */
  private boolean propose(Map<IsrProposal, Replication> batch) {
    List<IsrProposal> all = List.copyOf(batch.keySet());
    List<IsrAnswer> answers = await(proposals.propose(brokerEpoch.getAsLong(), all));
    boolean good = answers.size() == all.size();
    for (int i = 0; i < all.size(); i++) {
      IsrAnswer answer = i < answers.size() ? answers.get(i) : null;
      good &= answer != null && answer.error().code() == 0;
      Replication replica = batch.get(all.get(i));
      if (replica != null) {
        replica.answered(all.get(i), answer);
      }
    }
    return good;
  }

  /** The answers; none if they are not known, or nobody waits for them any more. */
  private List<IsrAnswer> await(CompletableFuture<List<IsrAnswer>> future) {
    CompletableFuture<List<IsrAnswer>> known =
        future.handle(
            (answers, failure) -> {
              if (failure != null) {
                LOG.info(
                    "It is not known what became of proposed in-sync replicas: {}",
                    reason(failure));
              }
              return failure == null ? answers : List.of();
            });
    var _ = known.thenRun(this::wake);
    monitor.lock();
    try {
      while (!known.isDone() && !stopped) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
    return known.isDone() ? known.join() : List.of();
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  private void wake() {
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** Proposes nothing any more; what is under way is not waited for. */
  void stop() {
    WorldThread started;
    monitor.lock();
    try {
      stopped = true;
      started = thread;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    if (started != null) {
      started.join();
    }
  }
}
