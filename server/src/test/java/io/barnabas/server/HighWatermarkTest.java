package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/**
 * Followers hear of a high watermark when their leader knows it, and not with the next record or at
 * the end of a fetch that waits (KIP-1166).
 */
class HighWatermarkTest {
  /** From one node to another. */
  private static final long TRIP_MS = 10;

  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final int RECORDS = 20;

  @Test
  void followersAreOneTripBehindTheirLeader() {
    SimulatedWorld world =
        new SimulatedWorld(
            1,
            SimulationOptions.defaults()
                .withNetwork(DelayRange.ofMicros(TRIP_MS * 1_000, TRIP_MS * 1_000), 1 << 16));
    assertThat(
            world.run(
                () -> {
                  SimulatedCluster cluster = new SimulatedCluster(world, 3);
                  cluster.startAll();
                  try (TestClient leader = cluster.client(1)) {
                    Uuid topic = Requests.createTopicOn(leader, "t", List.of(1, 2, 3));
                    cluster.await("it is written", 10_000, () -> isWritten(leader, topic));
                    List<Long> behind = new ArrayList<>();
                    for (int offset = 1; offset <= RECORDS; offset++) {
                      world.threads().sleep(70 * MILLISECOND_NANOS);
                      behind.addAll(behind(cluster, leader, topic, offset));
                    }
                    assertThat(behind).hasSize(2 * RECORDS);
                    assertThat(behind).allMatch(ms -> ms <= TRIP_MS + 2);
                  }
                }))
        .isEqualTo(RunEnd.FINISHED);
  }

  private static boolean isWritten(TestClient client, Uuid topic) {
    try {
      return Requests.produce(client, topic, 0, -1, -1, List.of("a")).errorCode() == 0;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** How much later than at the leader a record can be read at each follower, in milliseconds. */
  private static List<Long> behind(
      SimulatedCluster cluster, TestClient producer, Uuid topic, long offset) {
    long[] readAt = new long[4];
    for (int node = 1; node <= 3; node++) {
      int at = node;
      cluster
          .world()
          .threads()
          .startVirtual("reader-" + at, () -> readAt[at] = readAt(cluster, at, topic, offset));
    }
    // All of them wait by now.
    cluster.world().threads().sleep(5 * TRIP_MS * MILLISECOND_NANOS);
    assertThat(isWritten(producer, topic)).isTrue();
    cluster.await(
        "all have read it", 5_000, () -> LongStream.of(readAt).filter(ns -> ns > 0).count() == 3);
    return List.of(
        (readAt[2] - readAt[1]) / MILLISECOND_NANOS, (readAt[3] - readAt[1]) / MILLISECOND_NANOS);
  }

  private static long readAt(SimulatedCluster cluster, int node, Uuid topic, long offset) {
    try (TestClient client = cluster.client(node)) {
      var answer = Requests.fetch(client, topic, 0, offset, 10_000);
      assertThat(Requests.records(answer, offset)).hasSize(1);
      return cluster.world().clock().nanoTime();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
