package io.barnabas.world.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.Monitor;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SimulatedWorldTest {
  private static final SimulationOptions OPTIONS = SimulationOptions.defaults();
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  @Test
  void aProgramOfLocksTimersSocketsAndFilesHoldsForAThousandSeeds() {
    Set<Long> traces = new HashSet<>();
    for (long seed = 0; seed < 1_000; seed++) {
      traces.add(runSample(seed));
    }
    assertThat(traces).hasSizeGreaterThan(990);
    assertThat(Files.exists(SampleProgram.FILE)).isFalse();
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(runSample(seed)).isEqualTo(runSample(seed));
    }
  }

  private static long runSample(long seed) {
    SimulatedWorld world = new SimulatedWorld(seed, OPTIONS);
    assertThat(world.run(() -> new SampleProgram(world).run())).isEqualTo(RunEnd.FINISHED);
    return world.traceHash();
  }

  @Test
  void wherePowerIsLostOneNeverMissesWhatWasConfirmed() throws Exception {
    SimulatedWorld whole = new SimulatedWorld(1, OPTIONS);
    whole.run(() -> new SampleProgram(whole).run());
    long operations = whole.disk().operations();
    assertThat(operations).isGreaterThan(20);
    for (long cut = 0; cut < operations; cut++) {
      SimulatedWorld world = new SimulatedWorld(1, OPTIONS);
      world.disk().crashAtOperation(cut, CrashMode.RANDOM);
      SampleProgram program = new SampleProgram(world);
      assertThat(world.run(program::run)).isEqualTo(RunEnd.CRASHED);
      if (program.confirmed() > 0) {
        assertThat(world.disk().content(SampleProgram.FILE).length)
            .isGreaterThanOrEqualTo(4 * program.confirmed());
      }
      SimulatedWorld next = new SimulatedWorld(cut, OPTIONS, world.disk());
      assertThat(next.run(() -> next.disk().createDirectories(SampleProgram.DIRECTORY)))
          .isEqualTo(RunEnd.FINISHED);
    }
  }

  @Test
  void anHourPassesOnTheVirtualClockOnly() {
    SimulatedWorld world = new SimulatedWorld(7, OPTIONS);
    long wall = world.clock().wallTimeMillis();
    long passed =
        world.call(
            () -> {
              long begin = world.clock().nanoTime();
              world.threads().sleep(HOUR_NANOS);
              return world.clock().nanoTime() - begin;
            });
    assertThat(passed).isBetween(HOUR_NANOS, HOUR_NANOS + 1_000_000_000);
    assertThat(world.clock().wallTimeMillis() - wall).isBetween(3_600_000L, 3_601_000L);
    world.jumpWallClock(-7_200_000);
    assertThat(world.clock().wallTimeMillis()).isLessThan(wall);
  }

  @Test
  void aMonitorWaitEndsAtItsDeadlineAndTimersCanBeCancelled() {
    SimulatedWorld world = new SimulatedWorld(3, OPTIONS);
    List<String> fired = new ArrayList<>();
    world.run(
        () -> {
          Monitor monitor = world.threads().newMonitor();
          long deadline = world.clock().nanoTime() + HOUR_NANOS;
          world.clock().schedule(HOUR_NANOS / 2, () -> fired.add("kept"));
          world.clock().schedule(HOUR_NANOS / 2, () -> fired.add("cancelled")).cancel();
          monitor.lock();
          monitor.lock();
          while (monitor.awaitUntil(deadline)) {
            assertThat(world.clock().nanoTime()).isLessThan(deadline);
          }
          monitor.unlock();
          monitor.unlock();
          assertThat(world.clock().nanoTime()).isGreaterThanOrEqualTo(deadline);
          assertThatThrownBy(monitor::unlock).isInstanceOf(IllegalMonitorStateException.class);
        });
    assertThat(fired).containsExactly("kept");
  }

  @Test
  void threadsThatRaceAreFoundOut() {
    Set<Integer> results = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, OPTIONS);
      int[] counter = new int[1];
      Runnable increment =
          () -> {
            int before = counter[0];
            world.disk().exists(SampleProgram.FILE);
            counter[0] = before + 1;
          };
      world.run(
          () -> {
            world.threads().startVirtual("a", increment);
            world.threads().startPlatform("b", increment);
          });
      world.runUntilIdle();
      results.add(counter[0]);
    }
    assertThat(results).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void aDeadlockNamesTheThreadsAndTheSeed() {
    SimulatedWorld world = new SimulatedWorld(42, OPTIONS);
    assertThatThrownBy(
            () ->
                world.run(
                    () -> {
                      CompletableFuture<String> never = new CompletableFuture<>();
                      world.threads().startVirtual("stuck", never::join);
                      never.join();
                    }))
        .isInstanceOf(SimulationException.class)
        .hasMessageContainingAll("deadlock", "main#", "stuck#", "CompletableFuture", "seed 42");
  }

  @Test
  void anExceptionInAnyThreadFailsTheRun() {
    SimulatedWorld world = new SimulatedWorld(43, OPTIONS);
    assertThatThrownBy(
            () ->
                world.run(
                    () ->
                        world
                            .threads()
                            .startVirtual(
                                "bad",
                                () -> {
                                  throw new IllegalArgumentException("oops");
                                })
                            .join()))
        .isInstanceOf(SimulationException.class)
        .hasMessageContainingAll("bad#", "oops", "seed 43")
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  private static void sleepLocked(SimulatedWorld world) {
    synchronized (world) {
      world.threads().sleep(HOUR_NANOS);
    }
  }

  @Test
  void endlessRunsAndRealWaitsAreRefused() {
    SimulatedWorld spinning = new SimulatedWorld(1, OPTIONS.withMaxSteps(1_000));
    assertThatThrownBy(
            () ->
                spinning.run(
                    () -> {
                      while (!spinning.isCrashed()) {
                        spinning.threads().sleep(1);
                      }
                    }))
        .hasMessageContaining("no end after 1000 steps");
    SimulatedWorld locking = new SimulatedWorld(1, OPTIONS);
    assertThatThrownBy(
            () ->
                locking.run(
                    () -> {
                      locking.threads().startVirtual("second", () -> sleepLocked(locking));
                      sleepLocked(locking);
                    }))
        .hasMessageContaining("synchronized around something that waits");
    SimulatedWorld waiting = new SimulatedWorld(1, OPTIONS);
    assertThatThrownBy(() -> waiting.run(() -> LockSupport.parkNanos(HOUR_NANOS)))
        .hasMessageContaining("waits for real time");
  }
}
