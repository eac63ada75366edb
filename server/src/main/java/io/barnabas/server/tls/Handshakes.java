package io.barnabas.server.tls;

import io.barnabas.world.Clock;
import io.barnabas.world.Connection;
import io.barnabas.world.World;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes that are under way. Each has a time limit, and if there are too many the oldest
 * one ends: those that mean it are done within milliseconds, those that do nothing are not waited
 * for. Thread-safe.
 */
final class Handshakes {
  private static final Clock.Timer NO_TIMER = () -> {};

  private final World world;
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Connection, Clock.Timer> underWay = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param limit how many there may be, at least 1
   */
  Handshakes(World world, int limit) {
    this.world = world;
    this.limit = limit;
  }

  /**
   * One begins.
   *
   * @param stream closed if it does not end in time, or if it is the oldest of too many
   */
  void begin(Connection stream, long limitNanos) {
    // Before there is a timer, which may fire at once and must find it.
    Connection oldest = add(stream);
    Clock.Timer timer = world.clock().schedule(limitNanos, () -> giveUp(stream));
    lock.lock();
    try {
      underWay.replace(stream, timer);
    } finally {
      lock.unlock();
    }
    if (oldest != null) {
      giveUp(oldest);
    }
  }

  /** Gives back the oldest one if there are too many now. */
  private @Nullable Connection add(Connection stream) {
    lock.lock();
    try {
      underWay.put(stream, NO_TIMER);
      return underWay.size() > limit ? underWay.keySet().iterator().next() : null;
    } finally {
      lock.unlock();
    }
  }

  private void giveUp(Connection stream) {
    if (forget(stream)) {
      stream.close();
    }
  }

  /**
   * One has ended.
   *
   * @return false if it was given up before
   */
  boolean end(Connection stream) {
    return forget(stream);
  }

  private boolean forget(Connection stream) {
    Clock.Timer timer;
    lock.lock();
    try {
      timer = underWay.remove(stream);
    } finally {
      lock.unlock();
    }
    if (timer != null) {
      timer.cancel();
    }
    return timer != null;
  }
}
