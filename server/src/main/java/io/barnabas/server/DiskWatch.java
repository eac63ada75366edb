package io.barnabas.server;

import io.barnabas.server.membership.BrokerLifecycle.Health;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks at a broker's disk again and again. On a platform thread of its own, as one that the disk
 * or a connection holds up would be late just when it matters. Thread-safe.
 */
final class DiskWatch implements Supplier<Health>, AutoCloseable {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Supplier<Health> health;
  private final List<Consumer<Health>> listeners = new CopyOnWriteArrayList<>();
  private final Pauses pauses;
  private volatile Health newest = Health.GOOD;
  private final WorldThread thread;

  /**
   * Begins to look.
   *
   * @param health asked by one thread; must not wait
   */
  DiskWatch(World world, Supplier<Health> health) {
    this.health = health;
    pauses = new Pauses(world);
    thread = world.threads().startPlatform("barnabas-disk-watch", this::run);
  }

  /**
   * Adds one who is told what was found: whenever it is something else, and each time as long as it
   * is not good. It must not wait.
   */
  void onLook(Consumer<Health> listener) {
    listeners.add(listener);
  }

  /** What was found last. */
  @Override
  public Health get() {
    return newest;
  }

  private void run() {
    while (pauses.await(LOOK_NANOS)) {
      Health before = newest;
      newest = health.get();
      if (!newest.equals(before) || !newest.equals(Health.GOOD)) {
        listeners.forEach(each -> each.accept(newest));
      }
    }
  }

  /** Looks no more. */
  @Override
  public void close() {
    pauses.close();
    thread.join();
  }
}
