package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.expected;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What a cut leaves is on disk when it is done, also what is in a file before the one that it cuts:
 * a flush may not have come to that.
 */
class CutTest {
  /** Four records in each file; flushed only where the test says so. */
  private static final LogConfig CONFIG =
      config("segment.bytes", "310", "flush.messages", "1000000");

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed = 1;

  private interface Step {
    void run(LogDirectory logs, PartitionLog log) throws IOException;
  }

  private static void append(PartitionLog log, int upTo) throws IOException {
    for (long i = log.view().logEndOffset(); i < upTo; i++) {
      log.append(batch("value-" + i), CLIENT);
    }
  }

  /** Of six records two are forced, and the sixth, in the second file, is cut away. */
  private void cut(Step next, int left) {
    SimulatedWorld first = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    RunEnd end =
        first.run(
            () -> {
              LogDirectory logs = open(first);
              PartitionLog log = logs.openOrCreate(ID, CONFIG);
              fill(log, 2);
              log.flush();
              // What opening it left to be flushed must not be taken for what the cut flushes.
              first.threads().sleep(TimeUnit.SECONDS.toNanos(10));
              append(log, 6);
              assertThat(log.segmentCount()).isEqualTo(2);
              assertThat(log.durableEnd()).isEqualTo(2);
              log.truncateTo(5, 100);
              assertThat(log.durableEnd()).isEqualTo(5);
              next.run(logs, log);
              first.crash(CrashMode.LOSE_UNFORCED);
            });
    assertThat(end).isEqualTo(RunEnd.CRASHED);
    SimulatedWorld second = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    end =
        second.run(
            () -> {
              try (LogDirectory logs = open(second)) {
                assertThat(valuesOf(logs.openOrCreate(ID, CONFIG))).isEqualTo(expected(0, left));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  @Test
  void whatItLeavesSurvivesAPowerLoss() {
    cut((logs, log) -> {}, 5);
  }

  @Test
  void whatTheCheckpointSaysIsThere() {
    cut((logs, log) -> logs.checkpoint(), 5);
  }

  @Test
  void afterACloseInGoodOrder() {
    cut((logs, log) -> logs.close(), 5);
  }

  /** Then the flusher comes to a file that is forced, and would not look behind it. */
  @Test
  void afterALaterFileWasForced() {
    cut(
        (logs, log) -> {
          // Too many for the file that was cut, which stays as it is.
          log.append(batch(expected(5, 40).toArray(new String[0])), CLIENT);
          assertThat(log.segmentCount()).isEqualTo(3);
          log.flush();
          assertThat(log.durableEnd()).isEqualTo(40);
        },
        40);
  }
}
