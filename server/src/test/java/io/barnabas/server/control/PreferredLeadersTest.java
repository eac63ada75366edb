package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.Monitor;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PreferredLeadersTest {
  private static final Uuid TOPIC = new Uuid(1, 1);
  private static final int PARTITIONS = 1_500;
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** Broker 1 is preferred everywhere and in sync, but broker 2 leads. */
  private static List<Fact> facts() {
    List<Fact> facts = new ArrayList<>();
    for (int id = 1; id <= 2; id++) {
      facts.add(
          new Fact.BrokerRegistered(
              new Fact.BrokerImage(id, id, new Uuid(9, id), Optional.empty(), List.of())));
    }
    facts.add(new Fact.TopicCreated("t", TOPIC));
    for (int i = 0; i < PARTITIONS; i++) {
      facts.add(
          new Fact.PartitionAdded(
              TOPIC, i, new PartitionImage(List.of(1, 2), List.of(1, 2), 2, 5, 7)));
    }
    return facts;
  }

  private static Command<Integer> all(List<Fact> facts) {
    return (image, nowMs) -> new Decision<>(facts, facts.size());
  }

  private static long ledBy(Controller controller, int broker) {
    return controller.image().topicById(TOPIC).orElseThrow().partitions().values().stream()
        .filter(partition -> partition.leader() == broker)
        .count();
  }

  private static void pass(SimulatedWorld world, Duration time) {
    Monitor monitor = world.threads().newMonitor();
    long end = world.clock().nanoTime() + time.toNanos();
    monitor.lock();
    try {
      while (world.clock().nanoTime() < end) {
        monitor.awaitUntil(end);
      }
    } finally {
      monitor.unlock();
    }
  }

  @Test
  void preferredLeadersLeadAgainSomeAtATimeUntilItIsClosed() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    RunEnd end =
        world.run(
            () -> {
              try (Controller controller =
                  Controller.start(
                      world,
                      new TwinQuorum(world, "cluster"),
                      "cluster",
                      cause -> assertThat(cause).isNull())) {
                controller.submit(all(facts())).join();
                PreferredLeaders restoring = PreferredLeaders.start(world, controller, INTERVAL);
                pass(world, INTERVAL.minusMillis(100));
                assertThat(ledBy(controller, 1)).isZero();
                pass(world, Duration.ofMillis(900));
                assertThat(ledBy(controller, 1)).isEqualTo(PreferredLeaders.MOST_AT_ONCE);
                pass(world, Duration.ofSeconds(2));
                assertThat(ledBy(controller, 1)).isEqualTo(PARTITIONS);
                restoring.close();
                controller.submit(all(List.of(broken()))).join();
                pass(world, INTERVAL.multipliedBy(3));
                assertThat(ledBy(controller, 2)).isEqualTo(1);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private static Fact broken() {
    return new Fact.PartitionChanged(
        TOPIC, 3, new PartitionImage(List.of(1, 2), List.of(1, 2), 2, 100, 100));
  }
}
