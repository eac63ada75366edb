package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.World;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a crash a directory knows which topics may lack what was acknowledged. */
class UnforcedTopicsTest {
  private static final TopicIdPartition FORCED = new TopicIdPartition(new Uuid(3, 4), 0, "forced");
  private static final long DISK_BYTES = 1L << 30;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whateverWasAcknowledgedAndIsLostIsOfATopicThatIsKnown(boolean fromTheStart) {
    int lost = 0;
    long operation = 0;
    while (true) {
      SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
      disk.crashAtOperation(operation++, CrashMode.LOSE_UNFORCED);
      AtomicLong acknowledged = new AtomicLong();
      SimulatedWorld first = new SimulatedWorld(operation, SimulationOptions.defaults(), disk);
      if (first.run(() -> load(first, fromTheStart, acknowledged)) == RunEnd.FINISHED) {
        break;
      }
      lost += isLost(disk, acknowledged.get()) ? 1 : 0;
    }
    assertThat(lost).as("crashes that lost something").isPositive();
  }

  private static void load(World world, boolean fromTheStart, AtomicLong acknowledged)
      throws IOException {
    LogConfig weak = config("flush.messages", "1000");
    LogDirectory logs = open(world);
    logs.openOrCreate(FORCED, config());
    PartitionLog log = logs.openOrCreate(ID, fromTheStart ? weak : config());
    for (int i = 0; i < 5; i++) {
      log.append(batch("value-" + i), CLIENT);
      acknowledged.set(log.flushedEndOffset());
      log.updateConfig(weak);
    }
    acknowledged.set(log.flushedEndOffset());
    // Stronger again: what was acknowledged before may still be lost.
    log.updateConfig(config());
    log.flush();
  }

  private static boolean isLost(SimulatedDisk disk, long acknowledged) {
    SimulatedWorld second = new SimulatedWorld(1, SimulationOptions.defaults(), disk);
    boolean[] lost = new boolean[1];
    RunEnd end =
        second.run(
            () -> {
              try (LogDirectory logs = open(second)) {
                Set<Uuid> known = logs.unforcedTopics().orElseThrow();
                assertThat(known).doesNotContain(FORCED.topicId());
                PartitionLog log = logs.openOrCreate(ID, config());
                lost[0] = log.view().logEndOffset() < acknowledged;
                assertThat(!lost[0] || known.contains(ID.topicId())).isTrue();
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
    return lost[0];
  }

  @Test
  void whatIsForcedOrDeletedIsForgotten() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    TopicIdPartition second = new TopicIdPartition(ID.topicId(), 1, ID.topic());
    TopicIdPartition other = new TopicIdPartition(new Uuid(5, 6), 0, "other");
    RunEnd end =
        world.run(
            () -> {
              LogConfig weak = config("flush.messages", "1000");
              try (LogDirectory logs = open(world)) {
                logs.openOrCreate(ID, weak);
                logs.openOrCreate(second, weak);
                logs.openOrCreate(other, weak);
                PartitionLog log = logs.openOrCreate(FORCED, weak);
                log.append(batch("value"), CLIENT);
                log.updateConfig(config());
                logs.delete(ID);
                assertThat(logs.unforcedTopics().orElseThrow())
                    .contains(ID.topicId(), FORCED.topicId());
                logs.delete(second);
                assertThat(logs.unforcedTopics().orElseThrow())
                    .containsExactlyInAnyOrder(other.topicId(), FORCED.topicId());
              }
              try (LogDirectory logs = open(world)) {
                assertThat(logs.unforcedTopics().orElseThrow()).containsExactly(other.topicId());
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  @ParameterizedTest
  @ValueSource(ints = {UnforcedTopics.MOST, UnforcedTopics.MOST + 1})
  void tooManyAreAll(int count) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    RunEnd end =
        world.run(
            () -> {
              UnforcedTopics topics = new UnforcedTopics(world.disk(), Samples.DIRECTORY);
              world.disk().createDirectories(Samples.DIRECTORY);
              for (int i = 0; i < count; i++) {
                topics.note(new Uuid(1, i), config("flush.messages", "2"));
              }
              UnforcedTopics again = new UnforcedTopics(world.disk(), Samples.DIRECTORY);
              assertThat(again.known()).isEqualTo(topics.known());
              assertThat(again.known().map(Set::size))
                  .isEqualTo(count > UnforcedTopics.MOST ? Optional.empty() : Optional.of(count));
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }
}
