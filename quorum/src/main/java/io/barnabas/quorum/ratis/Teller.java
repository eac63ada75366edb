package io.barnabas.quorum.ratis;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listener, one thing at a time. Ratis applies entries on one thread and reports leaders
 * on others; and it starts from its snapshot again when it is restarted in the midst, so what was
 * told before is not told twice.
 */
final class Teller {
  private final CommitListener listener;
  private final ReentrantLock turn = new ReentrantLock();

  /** The last entry that was told. */
  private volatile long index;

  // Under the lock.
  private boolean ended;

  /** What is to be told. */
  private Leadership newest = Leadership.NONE;

  private volatile Leadership told = Leadership.NONE;

  Teller(CommitListener listener) {
    this.listener = listener;
  }

  long index() {
    return index;
  }

  Leadership told() {
    return told;
  }

  void committed(long entryIndex, byte[] entry) {
    turn.lock();
    try {
      if (entryIndex <= index || ended) {
        return;
      }
      listener.committed(entryIndex, entry);
      index = entryIndex;
    } finally {
      turn.unlock();
    }
  }

  void loadSnapshot(long snapshotIndex, byte[] state) {
    turn.lock();
    try {
      if (snapshotIndex <= index || ended) {
        return;
      }
      listener.loadSnapshot(snapshotIndex, state);
      index = snapshotIndex;
    } finally {
      turn.unlock();
    }
  }

  /** All state, as of the last entry that was told. */
  byte[] snapshot() {
    turn.lock();
    try {
      return listener.snapshot();
    } finally {
      turn.unlock();
    }
  }

  /** This node has applied all that was committed before the epoch, and leads. */
  void active(int nodeId, int epoch) {
    turn.lock();
    try {
      // Having been deposed may have been heard of first.
      if (epoch == newest.epoch() && newest.leaderId().equals(OptionalInt.of(nodeId))) {
        tell(new Leadership(OptionalInt.of(nodeId), epoch, true));
      }
    } finally {
      turn.unlock();
    }
  }

  /** Somebody leads, or nobody is known to. Older epochs than what is known are ignored. */
  void led(@Nullable Integer leaderId, int epoch) {
    turn.lock();
    try {
      OptionalInt leader = leaderId == null ? OptionalInt.empty() : OptionalInt.of(leaderId);
      if (epoch < newest.epoch() || (epoch == newest.epoch() && leader.equals(newest.leaderId()))) {
        return;
      }
      tell(new Leadership(leader, epoch, false));
    } finally {
      turn.unlock();
    }
  }

  private void tell(Leadership leadership) {
    newest = leadership;
    if (!ended && !leadership.equals(told)) {
      RatisGroup.LOG.info(
          "The quorum's leader: {} in epoch {}{}",
          leadership.leaderId().isPresent() ? "node " + leadership.leaderId().getAsInt() : "none",
          leadership.epoch(),
          leadership.active() ? ", active" : "");
      // First, as whoever hears of it may propose at once, on another thread.
      told = leadership;
      listener.led(leadership);
    }
  }

  void failed(IOException cause) {
    turn.lock();
    try {
      if (!ended) {
        ended = true;
        told = new Leadership(OptionalInt.empty(), told.epoch(), false);
        listener.failed(cause);
      }
    } finally {
      turn.unlock();
    }
  }

  /** Nothing is told from now on. */
  void end() {
    turn.lock();
    try {
      ended = true;
    } finally {
      turn.unlock();
    }
  }
}
