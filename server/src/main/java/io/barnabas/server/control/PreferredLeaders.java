package io.barnabas.server.control;

import io.barnabas.metadata.RestorePreferredLeaders;
import io.barnabas.world.Clock;
import io.barnabas.world.World;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.errors.NotControllerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has partitions led by their preferred leaders again, from time to time, while this node's
 * controller is the active one. Safe for use by any thread.
 */
public final class PreferredLeaders implements AutoCloseable {
  /** So that not all clients look for new leaders at once. */
  static final int MOST_AT_ONCE = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(PreferredLeaders.class);
  private static final Duration PAUSE_WHILE_MORE_ARE_LEFT = Duration.ofSeconds(1);

  private final World world;
  private final Controller controller;
  private final Duration interval;
  private final ReentrantLock lock = new ReentrantLock();
  private Clock.@Nullable Timer timer;
  private boolean closed;

  private PreferredLeaders(World world, Controller controller, Duration interval) {
    this.world = world;
    this.controller = controller;
    this.interval = interval;
  }

  /** Looks for the first time after one interval. */
  public static PreferredLeaders start(World world, Controller controller, Duration interval) {
    PreferredLeaders started = new PreferredLeaders(world, controller, interval);
    started.schedule(interval);
    return started;
  }

  private void schedule(Duration delay) {
    lock.lock();
    try {
      if (!closed) {
        timer = world.clock().schedule(delay.toNanos(), this::restore);
      }
    } finally {
      lock.unlock();
    }
  }

  private void restore() {
    CompletableFuture<RestorePreferredLeaders.Restored> _ =
        controller
            .submit(new RestorePreferredLeaders(MOST_AT_ONCE))
            .whenComplete(
                (restored, failure) -> {
                  if (failure == null) {
                    tell(restored);
                    schedule(restored.left() > 0 ? PAUSE_WHILE_MORE_ARE_LEFT : interval);
                  } else {
                    tell(failure);
                    schedule(interval);
                  }
                });
  }

  private static void tell(RestorePreferredLeaders.Restored restored) {
    if (restored.elected() > 0) {
      LOG.info(
          "{} partitions are led by their preferred leaders again; {} more could be",
          restored.elected(),
          restored.left());
    }
  }

  private static void tell(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (!(cause instanceof NotControllerException)) {
      LOG.warn("Preferred leaders could not be restored: {}", cause.getMessage());
    }
  }

  /** Looks no more. What was asked of the controller before goes on. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (timer != null) {
        timer.cancel();
      }
    } finally {
      lock.unlock();
    }
  }
}
