package io.barnabas.server.api;

import io.barnabas.world.Clock;
import io.barnabas.world.World;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fetch that waits until there is enough to read, or its time is up. Holds no files meanwhile.
 * Whoever moves a high watermark, and the clock, only wake it; it reads on a thread of its own, one
 * at a time, and gives the last result away once.
 */
final class FetchWait {
  private static final long PAUSE_NANOS = 5_000_000;

  private enum State {
    WAITING,
    READING,
    /** Reading, and woken again meanwhile. */
    READ_AGAIN,
    ENDED
  }

  private final World world;
  private final FetchSource source;
  private final int minBytes;
  private final Consumer<FetchResult> answer;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private volatile long deadlineNanos;
  private volatile boolean expired;
  private volatile Clock.@Nullable Timer timer;

  /**
   * Does not wait yet.
   *
   * @param source was read once
   * @param answer takes the result over; not called if the client has gone away
   */
  FetchWait(World world, FetchSource source, int minBytes, Consumer<FetchResult> answer) {
    this.world = world;
    this.source = source;
    this.minBytes = minBytes;
    this.answer = answer;
  }

  /** Waits from now on; whatever has moved since the last read wakes at once. */
  void start(int maxWaitMs) {
    long waitNanos = TimeUnit.MILLISECONDS.toNanos(maxWaitMs);
    deadlineNanos = world.clock().nanoTime() + waitNanos;
    timer = world.clock().schedule(waitNanos, this::expire);
    source.listen(this::wake);
    if (state.get() == State.ENDED) {
      release();
    }
  }

  /** The client has gone away. */
  void abandon() {
    state.set(State.ENDED);
    release();
  }

  /** Its time is up. */
  void expire() {
    expired = true;
    wake();
  }

  private void wake() {
    while (true) {
      State now = state.get();
      switch (now) {
        case WAITING -> {
          if (state.compareAndSet(now, State.READING)) {
            world.threads().startVirtual("barnabas-fetch", this::read);
            return;
          }
        }
        case READING -> {
          if (state.compareAndSet(now, State.READ_AGAIN)) {
            return;
          }
        }
        case READ_AGAIN, ENDED -> {
          return;
        }
      }
    }
  }

  private void read() {
    while (true) {
      boolean last = expired;
      FetchResult result = source.read();
      if (last || result.isEnough(minBytes)) {
        end(result);
        return;
      }
      result.close();
      pause();
      if (state.compareAndSet(State.READING, State.WAITING)) {
        return;
      }
      if (!state.compareAndSet(State.READ_AGAIN, State.READING)) {
        return;
      }
    }
  }

  /** Who wants many bytes at once is not looked after with every record. */
  private void pause() {
    long left = deadlineNanos - world.clock().nanoTime();
    if (minBytes > 1 && left > 0) {
      world.threads().sleep(Math.min(left, PAUSE_NANOS));
    }
  }

  private void end(FetchResult result) {
    State before = state.getAndSet(State.ENDED);
    release();
    if (before == State.ENDED) {
      result.close();
    } else {
      answer.accept(result);
    }
  }

  private void release() {
    Clock.Timer set = timer;
    if (set != null) {
      set.cancel();
    }
    source.ignore();
  }
}
