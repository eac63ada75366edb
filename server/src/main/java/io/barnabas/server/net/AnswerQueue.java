package io.barnabas.server.net;

import io.barnabas.world.Monitor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one connection, in the order of their requests. What is answered while nothing
 * waits is written by the reading thread; all else by the writing thread, which begins with the
 * first answer that waits. Thread-safe.
 */
final class AnswerQueue {
  /** How many answers may wait; the connection is not read while there are as many. */
  static final int MAX_WAITING = 32;

  /** How long the answers that wait may be together before it is not read any more. */
  static final int MAX_WAITING_BYTES = 256 * 1024;

  /** When the reading thread has answers of this many bytes, it sends them, come what may. */
  private static final int MAX_UNFLUSHED_BYTES = 4 * 1024;

  private final Monitor monitor;
  private final AnswerWriter writer;
  private final Runnable startWriter;
  private final Runnable whenDrained;
  private final Consumer<List<Runnable>> tell;
  private final Deque<PendingCall> queue = new ArrayDeque<>(2);

  /** Used by the reading thread: it has written since it last flushed. */
  private boolean unflushed;

  private long waitingBytes;
  private boolean writerStarted;
  private boolean waited;
  private boolean draining;
  private volatile boolean ended;

  /**
   * @param startWriter starts a thread that calls {@link #writeLoop}
   * @param whenDrained is run when no answer waits any more after {@link #drain}
   * @param tell runs what those who wait want to be run; called without locks
   */
  AnswerQueue(
      Monitor monitor,
      AnswerWriter writer,
      Runnable startWriter,
      Runnable whenDrained,
      Consumer<List<Runnable>> tell) {
    this.monitor = monitor;
    this.writer = writer;
    this.startWriter = startWriter;
    this.whenDrained = whenDrained;
    this.tell = tell;
  }

  // --- any thread

  /** Answers a call; see {@link Call}. */
  void done(PendingCall call, @Nullable ApiMessage response, @Nullable String closeReason) {
    monitor.lock();
    try {
      if (call.state == PendingCall.State.DONE || call.state == PendingCall.State.TAKEN) {
        throw new IllegalStateException("a second answer to " + call);
      }
      if (!ended && call.state == PendingCall.State.OPEN) {
        call.state = PendingCall.State.DONE;
        call.response = response;
        call.closeReason = closeReason;
        call.onDisconnect = null;
        call.onDrain = null;
        if (waited && queue.peek() == call) {
          monitor.signalAll();
        }
        return;
      }
      call.state = PendingCall.State.DROPPED;
    } finally {
      monitor.unlock();
    }
    AnswerRecords.close(response);
  }

  /** See {@link Call#onDisconnect}. */
  void onDisconnect(PendingCall call, Runnable action) {
    monitor.lock();
    try {
      if (call.onDisconnect != null) {
        throw new IllegalStateException("a second action for " + call);
      }
      if (!ended && call.state != PendingCall.State.DROPPED) {
        if (call.state == PendingCall.State.OPEN) {
          call.onDisconnect = action;
        }
        return;
      }
    } finally {
      monitor.unlock();
    }
    action.run();
  }

  /** See {@link Call#onDrain}. */
  void onDrain(PendingCall call, Runnable action) {
    monitor.lock();
    try {
      if (call.onDrain != null) {
        throw new IllegalStateException("a second action for " + call);
      }
      if (ended || call.state != PendingCall.State.OPEN) {
        return;
      }
      if (!draining) {
        call.onDrain = action;
        return;
      }
    } finally {
      monitor.unlock();
    }
    action.run();
  }

  /** Whether the connection has ended. */
  boolean isEnded() {
    return ended;
  }

  /** Whether the oldest answer has not been given: the client waits for this node. */
  boolean isOwing() {
    monitor.lock();
    try {
      PendingCall oldest = queue.peek();
      return oldest != null && oldest.state == PendingCall.State.OPEN;
    } finally {
      monitor.unlock();
    }
  }

  /** How many answers wait or are being written by the writing thread. */
  int size() {
    monitor.lock();
    try {
      return queue.size();
    } finally {
      monitor.unlock();
    }
  }

  /** No more requests are read, and those who wait are asked to wait no longer. */
  void drain() {
    List<Runnable> actions = new ArrayList<>();
    monitor.lock();
    try {
      draining = true;
      queue.forEach(call -> takeDrainAction(call, actions));
    } finally {
      monitor.unlock();
    }
    tell.accept(actions);
  }

  private static void takeDrainAction(PendingCall call, List<Runnable> actions) {
    if (call.onDrain != null) {
      actions.add(call.onDrain);
      call.onDrain = null;
    }
  }

  /**
   * Drops all that has not been sent.
   *
   * @return what those who wait want to be run, not by a holder of locks; null if the end was
   *     before
   */
  @Nullable List<Runnable> end() {
    List<Runnable> actions = new ArrayList<>();
    List<PendingCall> dropped = new ArrayList<>();
    monitor.lock();
    try {
      if (ended) {
        return null;
      }
      ended = true;
      for (PendingCall call : queue) {
        if (call.state != PendingCall.State.TAKEN) {
          drop(call, actions);
          dropped.add(call);
        }
      }
      queue.clear();
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    dropped.forEach(call -> AnswerRecords.close(call.response));
    return actions;
  }

  private static void drop(PendingCall call, List<Runnable> actions) {
    call.state = PendingCall.State.DROPPED;
    call.onDrain = null;
    if (call.onDisconnect != null) {
      actions.add(call.onDisconnect);
      call.onDisconnect = null;
    }
  }

  // --- the reading thread

  /**
   * A handler has returned: its answer is written if it is there and nothing waits before it, and
   * gets a place in the queue otherwise; returns when there is one for the next. If the connection
   * has ended or breaks, those who wait for it are told, as by {@link #end}.
   */
  void handled(PendingCall call) throws IOException, CloseException {
    if (takeDirect(call)) {
      writeDirect(call);
      return;
    }
    boolean added = false;
    try {
      flush();
      weigh(call);
      added = add(call);
    } finally {
      if (!added) {
        drop(call);
      }
    }
    awaitPlace();
  }

  private void drop(PendingCall call) {
    List<Runnable> actions = new ArrayList<>();
    monitor.lock();
    try {
      drop(call, actions);
    } finally {
      monitor.unlock();
    }
    AnswerRecords.close(call.response);
    tell.accept(actions);
  }

  private boolean takeDirect(PendingCall call) {
    monitor.lock();
    try {
      boolean direct = !ended && call.state == PendingCall.State.DONE && queue.isEmpty();
      if (direct) {
        call.state = PendingCall.State.TAKEN;
      }
      return direct;
    } finally {
      monitor.unlock();
    }
  }

  private void writeDirect(PendingCall call) throws IOException, CloseException {
    write(call);
    unflushed = true;
    if (writer.unflushedBytes() >= MAX_UNFLUSHED_BYTES || call.closeReason != null) {
      flush();
    }
    if (call.closeReason != null) {
      throw new CloseException(call.closeReason);
    }
  }

  /** Sends what the reading thread has written; to be called before it waits for anything. */
  void flush() throws IOException {
    if (unflushed) {
      unflushed = false;
      writer.flush();
    }
  }

  /**
   * An answer that is there already is of no use to the node any more, and perhaps much larger than
   * its request.
   */
  private void weigh(PendingCall call) {
    ApiMessage response;
    monitor.lock();
    try {
      response = call.response;
    } finally {
      monitor.unlock();
    }
    if (response != null) {
      MessageSizeAccumulator size = new MessageSizeAccumulator();
      response.addSize(size, new ObjectSerializationCache(), call.version());
      call.waitingBytes = size.sizeExcludingZeroCopy();
    }
  }

  private boolean isFull() {
    return queue.size() >= MAX_WAITING || waitingBytes > MAX_WAITING_BYTES;
  }

  private boolean add(PendingCall call) {
    List<Runnable> actions = new ArrayList<>(1);
    monitor.lock();
    try {
      if (ended) {
        return false;
      }
      queue.add(call);
      waitingBytes += call.waitingBytes;
      if (!writerStarted) {
        writerStarted = true;
        startWriter.run();
      } else if (queue.peek() == call && call.state == PendingCall.State.DONE) {
        monitor.signalAll();
      }
      if (draining) {
        takeDrainAction(call, actions);
      }
    } finally {
      monitor.unlock();
    }
    tell.accept(actions);
    return true;
  }

  private void awaitPlace() {
    monitor.lock();
    try {
      while (isFull() && !ended) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
  }

  /** Waits until the connection ends or has no more answers to send. */
  void awaitEmpty() {
    monitor.lock();
    try {
      while (!queue.isEmpty() && !ended) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
  }

  // --- the writing thread

  /** Writes answers until the connection ends. */
  void writeLoop() throws IOException, CloseException {
    List<PendingCall> batch = new ArrayList<>();
    while (takeBatch(batch)) {
      int next = 0;
      try {
        while (next < batch.size()) {
          PendingCall call = batch.get(next++);
          write(call);
          if (call.closeReason != null) {
            writer.flush();
            throw new CloseException(call.closeReason);
          }
        }
        writer.flush();
      } finally {
        batch.subList(next, batch.size()).forEach(call -> AnswerRecords.close(call.response));
      }
      finished(batch);
    }
  }

  private boolean takeBatch(List<PendingCall> batch) {
    monitor.lock();
    try {
      waited = true;
      while (!ended && !isHeadDone()) {
        monitor.await();
      }
      waited = false;
      if (ended) {
        return false;
      }
      for (PendingCall call : queue) {
        if (call.state != PendingCall.State.DONE) {
          break;
        }
        call.state = PendingCall.State.TAKEN;
        batch.add(call);
      }
      return true;
    } finally {
      monitor.unlock();
    }
  }

  private boolean isHeadDone() {
    PendingCall head = queue.peek();
    return head != null && head.state == PendingCall.State.DONE;
  }

  private void finished(List<PendingCall> batch) {
    boolean drained;
    monitor.lock();
    try {
      boolean full = isFull();
      for (int i = 0; i < batch.size() && !queue.isEmpty(); i++) {
        waitingBytes -= queue.remove().waitingBytes;
      }
      drained = draining && queue.isEmpty();
      if (full || queue.isEmpty()) {
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
    batch.clear();
    if (drained) {
      whenDrained.run();
    }
  }

  private void write(PendingCall call) throws IOException {
    try {
      if (call.response != null) {
        writer.write(call, Objects.requireNonNull(call.response));
      }
    } finally {
      AnswerRecords.close(call.response);
    }
  }
}
