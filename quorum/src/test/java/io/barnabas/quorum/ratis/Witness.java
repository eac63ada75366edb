package io.barnabas.quorum.ratis;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** A listener whose state is the list of all entries, as text; others may wait for what it sees. */
final class Witness implements CommitListener {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final World world;
  private final Monitor monitor;
  private final List<String> entries = new ArrayList<>();
  private final List<Leadership> leaderships = new ArrayList<>();
  private final List<IOException> failures = new ArrayList<>();
  private int snapshotsLoaded;

  Witness(World world) {
    this.world = world;
    monitor = world.threads().newMonitor();
  }

  @Override
  public void loadSnapshot(long index, byte[] snapshot) {
    change(
        () -> {
          List<String> loaded = new String(snapshot, StandardCharsets.UTF_8).lines().toList();
          if (loaded.size() != index || !loaded.subList(0, entries.size()).equals(entries)) {
            throw new IllegalStateException(
                "Snapshot up to %d contradicts what was told".formatted(index));
          }
          snapshotsLoaded++;
          entries.clear();
          entries.addAll(loaded);
        });
  }

  @Override
  public void committed(long index, byte[] entry) {
    change(
        () -> {
          if (index != entries.size() + 1) {
            throw new IllegalStateException(
                "Entry %d was told after %d".formatted(index, entries.size()));
          }
          entries.add(new String(entry, StandardCharsets.UTF_8));
        });
  }

  @Override
  public byte[] snapshot() {
    monitor.lock();
    try {
      return String.join("\n", entries).getBytes(StandardCharsets.UTF_8);
    } finally {
      monitor.unlock();
    }
  }

  @Override
  public void led(Leadership leadership) {
    change(
        () -> {
          if (!leaderships.isEmpty() && leadership.epoch() < leaderships.getLast().epoch()) {
            throw new IllegalStateException("Epochs go back: " + leaderships + leadership);
          }
          leaderships.add(leadership);
        });
  }

  @Override
  public void failed(IOException cause) {
    change(() -> failures.add(cause));
  }

  private void change(Runnable change) {
    monitor.lock();
    try {
      change.run();
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** What was seen so far. */
  record Seen(
      List<String> entries,
      List<Leadership> leaderships,
      List<IOException> failures,
      int snapshotsLoaded) {
    boolean active() {
      return !leaderships.isEmpty() && leaderships.getLast().active();
    }

    boolean leaderIs(int nodeId) {
      return !leaderships.isEmpty()
          && leaderships.getLast().leaderId().equals(OptionalInt.of(nodeId));
    }
  }

  Seen seen() {
    monitor.lock();
    try {
      return new Seen(
          List.copyOf(entries), List.copyOf(leaderships), List.copyOf(failures), snapshotsLoaded);
    } finally {
      monitor.unlock();
    }
  }

  /** Waits until what was seen is as hoped for; fails after half a minute. */
  Seen await(Predicate<Seen> hoped) {
    long deadlineNanos = world.clock().nanoTime() + PATIENCE_NANOS;
    monitor.lock();
    try {
      while (!hoped.test(seen())) {
        if (!monitor.awaitUntil(deadlineNanos)) {
          throw new AssertionError("Waited in vain; seen " + seen());
        }
      }
      return seen();
    } finally {
      monitor.unlock();
    }
  }
}
