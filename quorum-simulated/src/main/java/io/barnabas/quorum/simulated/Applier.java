package io.barnabas.quorum.simulated;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.world.Monitor;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells one life of a member what was committed, and its proposers what became of theirs. */
final class Applier {
  private static final int MAX_WAITING = 64;
  private static final long CLOSING_NANOS = 1_000_000_000;

  private record Proposal(long expectedIndex, Content data, CompletableFuture<Boolean> outcome) {}

  private final NodeQuorum node;
  private final Member member;
  private final Monitor monitor;
  private final List<Proposal> waiting = new ArrayList<>();
  private Leadership told = Leadership.NONE;
  private long applied;
  private boolean closed;
  private @Nullable CommitListener listener;
  private @Nullable WorldThread thread;

  Applier(NodeQuorum node, Member member) {
    this.node = node;
    this.member = member;
    monitor = node.machine().threads().newMonitor();
  }

  /** What the listener knows. */
  Leadership told() {
    return told;
  }

  /** The last position that the listener was told of. */
  long applied() {
    return applied;
  }

  boolean isFull() {
    return waiting.size() >= MAX_WAITING;
  }

  CompletableFuture<Boolean> add(long expectedIndex, Content data) {
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    waiting.add(new Proposal(expectedIndex, data, outcome));
    return outcome;
  }

  /** Tells what is there, on the caller. */
  void replay(CommitListener newListener) {
    listener = newListener;
    while (hasEntries()) {
      applyNext(newListener);
    }
  }

  void start() {
    thread = node.machine().threads().startPlatform("barnabas-quorum", this::run);
  }

  /** There may be something to tell. */
  void wake() {
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** Waits for what was proposed, as long as there is hope for it, then ends. */
  void close() {
    long deadlineNanos = node.machine().clock().nanoTime() + CLOSING_NANOS;
    monitor.lock();
    try {
      boolean inTime = true;
      while (inTime && !waiting.isEmpty() && node.leads()) {
        inTime = monitor.awaitUntil(deadlineNanos);
      }
      closed = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    if (thread != null) {
      thread.join();
    }
    finish(Long.MAX_VALUE, Optional.empty(), "The quorum is closed");
  }

  private void run() {
    CommitListener to = listener;
    while (to != null && awaitNews()) {
      Leadership now = node.view();
      if (!now.equals(told)) {
        told = now;
        to.led(now);
      } else if (hasEntries()) {
        applyNext(to);
      }
      wake();
    }
  }

  private boolean awaitNews() {
    monitor.lock();
    try {
      while (!closed && !hasEntries() && node.view().equals(told)) {
        monitor.await();
      }
      return !closed;
    } finally {
      monitor.unlock();
    }
  }

  private boolean hasEntries() {
    return member.committed > applied;
  }

  private void applyNext(CommitListener to) {
    RaftLog log = member.log;
    if (applied < log.base().position()) {
      Message.Snapshot snapshot = member.snapshot.orElseThrow();
      applied = snapshot.base().position();
      to.loadSnapshot(snapshot.base().index(), snapshot.state().bytes());
      finish(snapshot.base().index(), Optional.empty(), "A snapshot came in its place");
      return;
    }
    applied++;
    LogEntry entry = log.at(applied);
    if (entry.takesEffect()) {
      to.committed(entry.index(), entry.data().bytes());
      finish(entry.index(), Optional.of(entry.data()), "");
    } else {
      refuse(entry.data());
    }
    snapshotIfDue(to);
  }

  private void snapshotIfDue(CommitListener to) {
    RaftLog log = member.log;
    if (applied - log.base().position() >= node.options().entriesBeforeSnapshot()) {
      Content state = new Content(to.snapshot());
      log.forgetUpTo(applied);
      member.snapshot = Optional.of(new Message.Snapshot(log.base(), state));
      member.forced = Math.max(member.forced, applied);
    }
  }

  /**
   * Completes those that cannot become an entry any more.
   *
   * @param index of the newest entry
   * @param data that entry, if it is known
   * @param why nobody knows, if it is not
   */
  private void finish(long index, Optional<Content> data, String why) {
    List<Proposal> done = waiting.stream().filter(one -> one.expectedIndex() < index).toList();
    waiting.removeAll(done);
    for (Proposal one : done) {
      if (data.isPresent()) {
        one.outcome().complete(data.get() == one.data());
      } else {
        one.outcome()
            .completeExceptionally(new IOException(why + "; it is not known what became of it"));
      }
    }
  }

  /** An entry was committed without effect. */
  private void refuse(Content data) {
    List<Proposal> done = waiting.stream().filter(one -> one.data() == data).toList();
    waiting.removeAll(done);
    done.forEach(one -> one.outcome().complete(false));
  }
}
