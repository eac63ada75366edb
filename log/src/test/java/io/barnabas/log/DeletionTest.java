package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Logs that are deleted. */
class DeletionTest {
  private static final int COUNT = 20;
  private static final long SECOND_NANOS = 1_000_000_000;

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());

  private static TopicIdPartition partition(int number) {
    return new TopicIdPartition(new Uuid(1, 2), number, "topic");
  }

  private void makeAll(LogDirectory logs) throws Exception {
    for (int i = 0; i < COUNT; i++) {
      PartitionLog log = logs.openOrCreate(partition(i), config());
      log.append(batch("value"), CLIENT);
      log.watchHighWatermark(() -> 1);
    }
    // For the housekeeper to write the checkpoints.
    world.threads().sleep(100 * SECOND_NANOS);
  }

  private void run(SimulatedWorld.Body body) {
    assertThat(world.run(body)).isEqualTo(RunEnd.FINISHED);
  }

  @Test
  void manyTakeFewOperations() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            makeAll(logs);
            long before = world.disk().operations();
            for (int i = 0; i < COUNT; i++) {
              logs.delete(partition(i));
            }
            assertThat(world.disk().operations() - before).isLessThan(4 * COUNT);
          }
        });
  }

  @Test
  void aFullDiskHasRoomAgain() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            makeAll(logs);
            long full = world.disk().totalBytes(DIRECTORY) - world.disk().usableBytes(DIRECTORY);
            world.disk().resize(full);
            for (int i = 0; i < COUNT; i++) {
              logs.delete(partition(i));
            }
            world.threads().sleep(100 * SECOND_NANOS);
            assertThat(world.disk().list(DIRECTORY))
                .noneMatch(name -> name.toString().startsWith("topic-"));
            assertThat(world.disk().usableBytes(DIRECTORY)).isPositive();
            assertThat(logs.failure()).isEmpty();
            world.disk().resize(1 << 30);
            TopicIdPartition again = new TopicIdPartition(new Uuid(3, 4), 0, "topic");
            assertThat(logs.openOrCreate(again, config()).recoveredHighWatermark()).isZero();
          }
        });
  }
}
