package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.ImageCodec;
import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A quorum in memory that other nodes also write to: their entries come first whenever a test says
 * so. It commits on a thread of its own, after a random time.
 */
final class TwinQuorum implements Quorum {
  private static final long SLOWEST_NANOS = 5_000_000;

  private static final QuorumMember SELF = new QuorumMember(1, new UUID(1, 1), "127.0.0.1", 9093);

  private final World world;
  private final Monitor monitor;
  private final Deque<Runnable> work = new ArrayDeque<>();
  private final Deque<Fact> rivals = new ArrayDeque<>();
  private final List<byte[]> entries = new ArrayList<>();
  private ClusterImage image;
  private @Nullable CommitListener listener;
  private @Nullable IOException failure;
  private @Nullable IOException nextRefusal;
  private boolean closed;
  private volatile boolean quiet;
  private volatile boolean hangs;
  private boolean hidesNext;
  private boolean hides;
  private int refused;

  /** What others have committed and this node has not heard of. */
  private final List<Fact> unheard = new ArrayList<>();

  TwinQuorum(World world, String clusterId) {
    this.world = world;
    image = ClusterImage.empty(clusterId);
    monitor = world.threads().newMonitor();
  }

  @Override
  public void start(CommitListener newListener) {
    listener = newListener;
    newListener.led(leadership());
    world.threads().startVirtual("twin-quorum", this::run);
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    return quiet
        ? new CompletableFuture<>()
        : CompletableFuture.completedFuture((long) entries.size() + unheard.size());
  }

  @Override
  public Leadership leadership() {
    return new Leadership(OptionalInt.of(SELF.nodeId()), 1, true);
  }

  @Override
  public QuorumStatus status() {
    return new QuorumStatus(
        leadership(),
        entries.size(),
        List.of(new QuorumStatus.Progress(SELF, entries.size(), -1, -1)),
        List.of());
  }

  @Override
  public CompletableFuture<Void> addVoter(QuorumMember member) {
    return CompletableFuture.failedFuture(new IOException("A twin's members do not change"));
  }

  @Override
  public CompletableFuture<Void> removeVoter(int nodeId, UUID directoryId) {
    return CompletableFuture.failedFuture(new IOException("A twin's members do not change"));
  }

  /** Puts another node's entry before the next one that is proposed. */
  void letAnotherComeFirst(Fact fact) {
    locked(() -> rivals.add(fact));
  }

  /** Commits another node's entry. */
  void commitOfAnother(Fact fact) {
    later(() -> commit(ofAnother(fact)));
  }

  /** Another node decides, without this one hearing of it. */
  void commitUnheard(Fact fact) {
    locked(() -> unheard.add(fact));
  }

  /** This node hears of it. */
  void letHear() {
    for (Fact fact : List.copyOf(unheard)) {
      later(
          () -> {
            commit(ofAnother(fact));
            unheard.remove(fact);
          });
    }
  }

  /** Commits what no node should have proposed. */
  void commitBroken(byte[] entry) {
    later(() -> tell(entry));
  }

  private byte[] ofAnother(Fact fact) {
    return Entry.on(image, image.activeController().epoch(), List.of(fact)).encode();
  }

  /** Makes the next proposal fail, and leaves the quorum as it was. */
  void refuseNext(IOException cause) {
    locked(() -> nextRefusal = cause);
  }

  /** Whether it says what is newest. */
  void beQuiet(boolean nowQuiet) {
    quiet = nowQuiet;
  }

  /** Nothing comes of what is proposed from now on, as if its disk hung. */
  void hang() {
    hangs = true;
  }

  /**
   * Takes the next proposal without saying so, and shows that in a snapshot, after it came again.
   */
  void hideNext() {
    locked(() -> hidesNext = true);
  }

  /** Fails for good, with the proposal after this one if there is none now. */
  void fail(IOException cause) {
    locked(() -> failure = cause);
  }

  int refused() {
    return refused;
  }

  List<byte[]> entries() {
    return entries;
  }

  @Override
  public CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry) {
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    if (!hangs) {
      later(() -> carryOut(expectedIndex, entry, outcome));
    }
    return outcome;
  }

  private void carryOut(long expectedIndex, byte[] entry, CompletableFuture<Boolean> outcome) {
    IOException refusal = nextRefusal;
    nextRefusal = null;
    if (failure != null) {
      outcome.completeExceptionally(failure);
      told().failed(failure);
    } else if (refusal != null) {
      outcome.completeExceptionally(refusal);
    } else if (hidesNext) {
      hidesNext = false;
      hides = true;
      image = Entry.decode(entry).applyTo(image);
      entries.add(entry);
      outcome.completeExceptionally(new IOException("The connection is gone"));
    } else if (hides) {
      hides = false;
      told().loadSnapshot(entries.size(), ImageCodec.encode(image));
      outcome.complete(false);
    } else if (!rivals.isEmpty() || expectedIndex != entries.size()) {
      refused++;
      // The proposer may hear of its refusal before it hears of the entry that came first.
      outcome.complete(false);
      world.threads().sleep(world.randomness().nextInt((int) SLOWEST_NANOS));
      while (!rivals.isEmpty()) {
        commit(ofAnother(rivals.remove()));
      }
    } else {
      commit(entry);
      outcome.complete(true);
    }
  }

  private void commit(byte[] entry) {
    image = Entry.decode(entry).applyTo(image);
    tell(entry);
  }

  private void tell(byte[] entry) {
    entries.add(entry);
    told().committed(entries.size(), entry);
  }

  private CommitListener told() {
    if (listener == null) {
      throw new IllegalStateException("Not started");
    }
    return listener;
  }

  private void run() {
    while (true) {
      monitor.lock();
      Runnable next;
      try {
        while (work.isEmpty() && !closed) {
          monitor.await();
        }
        if (work.isEmpty()) {
          return;
        }
        next = work.remove();
      } finally {
        monitor.unlock();
      }
      world.threads().sleep(world.randomness().nextInt((int) SLOWEST_NANOS));
      next.run();
    }
  }

  private void later(Runnable step) {
    locked(() -> work.add(step));
  }

  private void locked(Runnable change) {
    monitor.lock();
    try {
      change.run();
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  @Override
  public boolean handOver() {
    return false;
  }

  @Override
  public void close() {
    locked(() -> closed = true);
  }
}
