package io.barnabas.log;

import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.idempotent;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A cut takes many calls to the disk: one that answers to each of them does not hang. */
class SlowCutTest {
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());

  /** How long the cut took, and for how long the disk was thought not to answer meanwhile. */
  private record Cut(long nanos, long longestNanos) {}

  /** Cuts a log of many segments, each with a snapshot of its producers. */
  private Cut cut(long callMillis) throws Exception {
    try (LogDirectory logs = open(world)) {
      PartitionLog log =
          logs.openOrCreate(ID, config("segment.bytes", "310", "retention.ms", "-1"));
      log.append(idempotent(5, 0, 0, 1), Samples.CLIENT);
      fill(log, 100);
      AtomicLong longest = new AtomicLong();
      AtomicBoolean done = new AtomicBoolean();
      world.disk().slowDown(DelayRange.ofMicros(callMillis * 1_000, callMillis * 1_000));
      WorldThread watcher =
          world
              .threads()
              .startVirtual(
                  "watcher",
                  () -> {
                    while (!done.get()) {
                      longest.accumulateAndGet(logs.busyNanos(), Math::max);
                      world.threads().sleep(10 * MILLISECOND);
                    }
                  });
      long began = world.clock().nanoTime();
      log.truncateTo(3, 0);
      long took = world.clock().nanoTime() - began;
      done.set(true);
      watcher.join();
      world.disk().heal();
      assertThat(log.view().logEndOffset()).isEqualTo(3);
      return new Cut(took, longest.get());
    }
  }

  @Test
  void aLongCutIsNotAHungDisk() {
    assertThat(
            world.run(
                () -> {
                  Cut cut = cut(100);
                  assertThat(cut.nanos).isGreaterThan(5_000 * MILLISECOND);
                  assertThat(cut.longestNanos).isBetween(90 * MILLISECOND, 100 * MILLISECOND);
                }))
        .isEqualTo(RunEnd.FINISHED);
  }

  @Test
  void aCallThatIsNotAnsweredIs() {
    assertThat(
            world.run(
                () ->
                    assertThat(cut(2_000).longestNanos)
                        .isBetween(1_900 * MILLISECOND, 2_000 * MILLISECOND)))
        .isEqualTo(RunEnd.FINISHED);
  }
}
