package io.barnabas.quorum;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A quorum of this node alone: a log of entries on its disk, forced before anyone hears of them,
 * and snapshots. One thread of its own writes; all that was proposed meanwhile is forced together.
 * After a failed force nothing is known of the disk, so the quorum has failed for good.
 */
public final class SingleNodeQuorum implements Quorum {
  private static final Logger LOG = LoggerFactory.getLogger(SingleNodeQuorum.class);

  private static final String ALONE =
      "This node keeps the cluster's metadata alone; set controller.quorum.voters for a quorum of"
          + " several";

  private static final class Proposal {
    final long expectedIndex;
    final byte[] entry;
    final CompletableFuture<Boolean> outcome = new CompletableFuture<>();

    Proposal(long expectedIndex, byte[] entry) {
      this.expectedIndex = expectedIndex;
      this.entry = entry;
    }
  }

  private final World world;
  private final QuorumMember self;
  private final SingleNodeOptions options;
  private final QuorumDirectory directory;
  private final Monitor monitor;

  // Under the monitor.
  private List<Proposal> queue = new ArrayList<>();
  private boolean closed;
  private @Nullable IOException failure;
  private @Nullable WorldThread thread;
  private Leadership leadership = Leadership.NONE;

  private volatile long committedIndex;

  // Of the thread.
  private long snapshotAtBytes;

  private SingleNodeQuorum(
      World world, QuorumMember self, SingleNodeOptions options, QuorumDirectory directory) {
    this.world = world;
    this.self = self;
    this.options = options;
    this.directory = directory;
    monitor = world.threads().newMonitor();
    snapshotAtBytes = options.snapshotAfterBytes();
  }

  /**
   * Takes a directory, making it if it is not there, and checks what is in it. For a platform
   * thread, as it forces files.
   *
   * @throws IOException if another process holds it, if what was committed is damaged, or if the
   *     disk fails; the message is for the operator
   */
  public static SingleNodeQuorum open(
      World world, QuorumMember self, Path directory, SingleNodeOptions options)
      throws IOException {
    return new SingleNodeQuorum(
        world, self, options, QuorumDirectory.open(world.disk(), directory));
  }

  @Override
  public void start(CommitListener listener) throws IOException {
    directory.replay(listener);
    committedIndex = directory.lastIndex();
    Leadership now = leadershipAfter(committedIndex);
    listener.led(now);
    monitor.lock();
    try {
      if (closed || thread != null) {
        throw new IllegalStateException("Closed, or started before");
      }
      leadership = now;
      thread = world.threads().startPlatform("barnabas-quorum", () -> run(listener));
    } finally {
      monitor.unlock();
    }
  }

  /** Grows with each start after which something was committed. */
  private Leadership leadershipAfter(long index) {
    return new Leadership(
        OptionalInt.of(self.nodeId()), Math.toIntExact(Math.addExact(index, 1)), true);
  }

  @Override
  public CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry) {
    monitor.lock();
    try {
      IOException refusal = refusal(entry);
      if (refusal != null) {
        return CompletableFuture.failedFuture(refusal);
      }
      Proposal proposal = new Proposal(expectedIndex, entry);
      queue.add(proposal);
      monitor.signalAll();
      return proposal.outcome;
    } finally {
      monitor.unlock();
    }
  }

  /** All that was committed is known here. */
  @Override
  public CompletableFuture<Long> readIndex() {
    return CompletableFuture.completedFuture(committedIndex);
  }

  @Override
  public Leadership leadership() {
    monitor.lock();
    try {
      return leadership;
    } finally {
      monitor.unlock();
    }
  }

  @Override
  public QuorumStatus status() {
    long index = committedIndex;
    long nowMs = world.clock().wallTimeMillis();
    return new QuorumStatus(
        leadership(),
        index,
        List.of(new QuorumStatus.Progress(self, index, nowMs, nowMs)),
        List.of());
  }

  @Override
  public CompletableFuture<Void> addVoter(QuorumMember member) {
    return CompletableFuture.failedFuture(
        new MembershipException(MembershipException.Reason.BOUNDS, ALONE));
  }

  @Override
  public CompletableFuture<Void> removeVoter(int nodeId, UUID directoryId) {
    return CompletableFuture.failedFuture(
        new MembershipException(MembershipException.Reason.BOUNDS, ALONE));
  }

  /** There is nobody else. */
  @Override
  public boolean handOver() {
    return false;
  }

  private @Nullable IOException refusal(byte[] entry) {
    if (failure != null) {
      return new IOException("The quorum has failed: " + failure.getMessage(), failure);
    }
    if (closed || thread == null) {
      return new IOException("The quorum is not running");
    }
    if (entry.length > options.maxEntryBytes()) {
      return new NotAppendedException(
          "An entry of %d bytes; at most %d".formatted(entry.length, options.maxEntryBytes()));
    }
    if (queue.size() >= options.maxQueuedEntries()) {
      return new NotAppendedException("Too many entries wait for the disk");
    }
    return null;
  }

  private void run(CommitListener listener) {
    for (List<Proposal> batch = next(); !batch.isEmpty(); batch = next()) {
      try {
        carryOut(batch, listener);
        snapshotIfDue(listener);
      } catch (IOException e) {
        fail(e, batch, listener);
        return;
      }
    }
  }

  /** All that waits; nothing once closed. */
  private List<Proposal> next() {
    monitor.lock();
    try {
      while (queue.isEmpty() && !closed) {
        monitor.await();
      }
      List<Proposal> batch = queue;
      queue = new ArrayList<>();
      return batch;
    } finally {
      monitor.unlock();
    }
  }

  private void carryOut(List<Proposal> batch, CommitListener listener) throws IOException {
    long before = directory.lastIndex();
    List<Proposal> taken = new ArrayList<>();
    for (Proposal proposal : batch) {
      if (proposal.expectedIndex == before + taken.size()) {
        taken.add(proposal);
      }
    }
    if (!taken.isEmpty()) {
      try {
        directory.append(taken.stream().map(proposal -> proposal.entry).toList());
      } catch (NotAppendedException e) {
        LOG.warn("{}", e.getMessage());
        batch.forEach(proposal -> proposal.outcome.completeExceptionally(e));
        return;
      }
      directory.force();
      for (int i = 0; i < taken.size(); i++) {
        committedIndex = before + 1 + i;
        listener.committed(committedIndex, taken.get(i).entry);
        taken.get(i).outcome.complete(true);
      }
    }
    // Those that were taken are complete already.
    batch.forEach(proposal -> proposal.outcome.complete(false));
  }

  private void snapshotIfDue(CommitListener listener) throws IOException {
    if (directory.logBytes() < snapshotAtBytes) {
      return;
    }
    byte[] state;
    try {
      state = listener.snapshot();
    } catch (IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    }
    try {
      directory.snapshot(state);
      snapshotAtBytes = Math.max(options.snapshotAfterBytes(), state.length);
    } catch (NotAppendedException e) {
      LOG.warn("The metadata log goes on without a snapshot for now: {}", e.getMessage());
      snapshotAtBytes = directory.logBytes() + options.snapshotAfterBytes();
    }
  }

  private void fail(IOException cause, List<Proposal> batch, CommitListener listener) {
    LOG.error("The metadata log has failed, and takes no more entries: {}", cause.getMessage());
    List<Proposal> waiting = new ArrayList<>(batch);
    monitor.lock();
    try {
      failure = cause;
      waiting.addAll(queue);
      queue = new ArrayList<>();
    } finally {
      monitor.unlock();
    }
    waiting.forEach(proposal -> proposal.outcome.completeExceptionally(cause));
    listener.failed(cause);
  }

  @Override
  public void close() throws IOException {
    WorldThread running;
    monitor.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      running = thread;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    if (running != null) {
      running.join();
    }
    directory.close();
  }
}
