package io.barnabas.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RealThreadsTest {
  private static final long MILLI_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
  private final World world = RealWorld.create((thread, failure) -> uncaught.add(failure));

  @Test
  void threadsHaveTheirNamesAndKinds() {
    CompletableFuture<Thread> virtual = new CompletableFuture<>();
    CompletableFuture<Thread> platform = new CompletableFuture<>();
    world.threads().startVirtual("v", () -> virtual.complete(Thread.currentThread())).join();
    WorldThread second =
        world.threads().startPlatform("p", () -> platform.complete(Thread.currentThread()));
    second.join();
    assertThat(second.isAlive()).isFalse();
    assertThat(virtual.join()).matches(Thread::isVirtual).hasFieldOrPropertyWithValue("name", "v");
    assertThat(platform.join().isVirtual()).isFalse();
    assertThat(platform.join().getName()).isEqualTo("p");
  }

  @Test
  void whatLeavesABodyOrATimerGoesToTheHandler() throws InterruptedException {
    IllegalStateException failure = new IllegalStateException("thrown by the test");
    Runnable failing =
        () -> {
          throw failure;
        };
    world.threads().startVirtual("v", failing).join();
    assertThat(uncaught.take()).isSameAs(failure);
    world.threads().startPlatform("p", failing).join();
    assertThat(uncaught.take()).isSameAs(failure);
    world.clock().schedule(0, failing);
    assertThat(uncaught.take()).isSameAs(failure);
    CompletableFuture<Void> next = new CompletableFuture<>();
    world.clock().schedule(0, () -> next.complete(null));
    next.join();
  }

  /** When a timer was due: at some moment between these two. */
  private record Due(String name, long earliestNanos, long latestNanos) {}

  @Test
  void timersRunInTheOrderOfTheirDeadlines() throws InterruptedException {
    BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    CompletableFuture<List<Due>> scheduled = new CompletableFuture<>();
    // On the timers' own thread, so that none of them runs before all are scheduled.
    world
        .clock()
        .schedule(
            0,
            () -> {
              Due third = schedule("third", 40 * MILLI_NANOS, ran);
              Clock.Timer cancelled =
                  world.clock().schedule(20 * MILLI_NANOS, () -> ran.add("never"));
              Due second = schedule("second", 20 * MILLI_NANOS, ran);
              Due first = schedule("first", -1, ran);
              cancelled.cancel();
              cancelled.cancel();
              scheduled.complete(List.of(first, second, third));
            });
    List<Due> all = scheduled.join();
    List<String> order = List.of(ran.take(), ran.take(), ran.take());
    assertThat(world.clock().nanoTime()).isGreaterThanOrEqualTo(all.getLast().earliestNanos());
    assertThat(order).containsExactlyInAnyOrder("first", "second", "third");
    for (Due one : all) {
      for (Due other : all) {
        // A machine that pauses between two calls may have made the later deadline the earlier one.
        if (one.latestNanos() < other.earliestNanos()) {
          assertThat(order).containsSubsequence(one.name(), other.name());
        }
      }
    }
  }

  private Due schedule(String name, long delayNanos, BlockingQueue<String> ran) {
    long before = world.clock().nanoTime();
    world.clock().schedule(delayNanos, () -> ran.add(name));
    long delay = Math.max(0, delayNanos);
    return new Due(name, before + delay, world.clock().nanoTime() + delay);
  }

  @Test
  void aTimedWaitEndsAtItsDeadline() {
    Monitor monitor = world.threads().newMonitor();
    long deadline = world.clock().nanoTime() + 30 * MILLI_NANOS;
    monitor.lock();
    while (monitor.awaitUntil(deadline)) {}
    assertThat(world.clock().nanoTime()).isGreaterThanOrEqualTo(deadline);
    assertThat(monitor.awaitUntil(deadline)).isFalse();
    monitor.unlock();
  }

  @Test
  void aSignalEndsAWait() {
    Monitor monitor = world.threads().newMonitor();
    AtomicBoolean set = new AtomicBoolean();
    long deadline = world.clock().nanoTime() + 50_000 * MILLI_NANOS;
    WorldThread timed = waiter(monitor, set, () -> monitor.awaitUntil(deadline));
    WorldThread untimed = waiter(monitor, set, monitor::await);
    monitor.lock();
    set.set(true);
    monitor.signalAll();
    monitor.unlock();
    timed.join();
    untimed.join();
    assertThat(world.clock().nanoTime()).isLessThan(deadline);
    assertThat(uncaught).isEmpty();
  }

  private WorldThread waiter(Monitor monitor, AtomicBoolean set, Runnable await) {
    return world
        .threads()
        .startVirtual(
            "waiter",
            () -> {
              monitor.lock();
              while (!set.get()) {
                await.run();
              }
              monitor.unlock();
            });
  }

  @Test
  void randomNumbersKeepTheirBounds() {
    byte[] bytes = new byte[32];
    world.randomness().nextBytes(bytes);
    assertThat(bytes).isNotEqualTo(new byte[32]);
    for (int i = 0; i < 100; i++) {
      assertThat(world.randomness().nextInt(3)).isBetween(0, 2);
    }
    assertThat(world.randomness().nextLong()).isNotEqualTo(world.randomness().nextLong());
  }
}
