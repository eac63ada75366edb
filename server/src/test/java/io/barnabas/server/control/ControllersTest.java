package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Several controllers, of which one at a time decides. */
class ControllersTest {
  private static final String CLUSTER = "cluster";
  private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final int NODES = 3;

  /** One simulated cluster and what its clients were told. */
  private static final class Cluster {
    final SimulatedWorld world;
    final SimulatedQuorum quorum;
    final List<QuorumMember> members =
        IntStream.rangeClosed(1, NODES)
            .mapToObj(id -> new QuorumMember(id, new UUID(id, id), "n" + id, 9093))
            .toList();
    final Map<Integer, Controller> controllers = new TreeMap<>();
    final Map<Integer, Set<Integer>> activeInEpoch = new HashMap<>();
    final Set<String> acknowledged = new TreeSet<>();
    final Set<String> refused = new TreeSet<>();
    final Set<String> unknown = new TreeSet<>();
    final List<Long> numbers = new ArrayList<>();
    final List<String> violations = new ArrayList<>();

    Cluster(SimulatedWorld world, SimulatedQuorumOptions options) {
      this.world = world;
      quorum = new SimulatedQuorum(world, options, members);
    }

    void start(int id) throws IOException {
      SimulatedMachine machine = world.machine("n" + id);
      Controller controller =
          Controller.start(
              machine,
              quorum.open(machine, members.get(id - 1)),
              CLUSTER,
              cause -> violations.add("node %d failed: %s".formatted(id, cause)));
      controllers.put(id, controller);
      controller.onLeadership(leadership -> led(id, controller, leadership));
    }

    private void led(int id, Controller controller, Leadership leadership) {
      if (leadership.active()) {
        activeInEpoch.computeIfAbsent(leadership.epoch(), key -> new TreeSet<>()).add(id);
        if (controller.image().activeController().epoch() < leadership.epoch()) {
          violations.add("node %d is active before it said so".formatted(id));
        }
      }
    }

    boolean runs(int id) {
      return !world.machine("n" + id).isCrashed();
    }

    /** Sets a name of its own to a number of its own, at every node. */
    void submitEverywhere(String name) {
      controllers.forEach(
          (id, controller) -> {
            if (runs(id)) {
              submit(controller, name + "-" + id);
            }
          });
    }

    private void submit(Controller controller, String name) {
      CompletableFuture<Long> _ =
          controller
              .submit(setting(name))
              .whenComplete(
                  (number, failure) -> {
                    if (failure == null) {
                      numbers.add(number);
                      acknowledged.add(name);
                      if (!controller.image().configsOf(TOPIC).containsKey(name)) {
                        violations.add(name + " is not seen where it was acknowledged");
                      }
                    } else if (failure instanceof NotControllerException) {
                      refused.add(name);
                    } else if (failure instanceof TimeoutException) {
                      unknown.add(name);
                    } else {
                      violations.add(name + " failed: " + failure);
                    }
                  });
    }

    private static Command<Long> setting(String name) {
      return (image, nowMs) ->
          new Decision<>(
              List.of(
                  new Fact.ConfigChanged(TOPIC, name, Optional.of("x")),
                  new Fact.ProducerIdsAllocated(image.nextProducerId() + 1)),
              image.nextProducerId());
    }

    void trouble() throws IOException {
      int id = 1 + world.randomness().nextInt(NODES);
      switch (world.randomness().nextInt(6)) {
        case 0 -> {
          if (runs(id)) {
            world.machine("n" + id).crash(CrashMode.RANDOM);
          } else {
            restart(id);
          }
        }
        case 1 -> isolate(id, true);
        case 2, 3 -> healAll();
        case 4 -> quorum.elect(id);
        default -> {}
      }
    }

    private void restart(int id) throws IOException {
      world.restart("n" + id);
      start(id);
    }

    void isolate(int id, boolean cut) {
      for (int other = 1; other <= NODES; other++) {
        if (other != id && cut) {
          world.cut("n" + id, "n" + other);
        } else if (other != id) {
          world.heal("n" + id, "n" + other);
        }
      }
    }

    void healAll() throws IOException {
      for (int id = 1; id <= NODES; id++) {
        isolate(id, false);
        if (!runs(id)) {
          restart(id);
        }
      }
    }

    Controller awaitActive() {
      while (true) {
        for (Map.Entry<Integer, Controller> each : controllers.entrySet()) {
          if (runs(each.getKey())
              && each.getValue().isActive()
              && quorum.leader().orElse(-1) == each.getKey()) {
            return each.getValue();
          }
        }
        sleepMillis(10);
      }
    }

    void sleepMillis(long millis) {
      world.threads().sleep(millis * MILLISECOND_NANOS);
    }
  }

  @FunctionalInterface
  private interface Body {
    void run(Cluster cluster) throws Exception;
  }

  private static Cluster simulate(long seed, SimulatedQuorumOptions options, Body body) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
    Cluster cluster = new Cluster(world, options);
    world.run(
        () -> {
          for (int id = 1; id <= NODES; id++) {
            cluster.start(id);
          }
          body.run(cluster);
        });
    assertThat(cluster.violations).as("seed %d", seed).isEmpty();
    return cluster;
  }

  /**
   * Leaders change, die and are cut off. What was acknowledged is there at the end, what was
   * refused is not, no number is given twice, each epoch has one active controller, and all have
   * the same image.
   */
  @Test
  void whatOneSaysHoldsForAllWhateverHappens() {
    int unknown = 0;
    int acknowledged = 0;
    for (long seed = 0; seed < 25; seed++) {
      Cluster done =
          simulate(
              seed,
              SimulatedQuorumOptions.defaults().withMessageFaults(10, 10).withSnapshotsAfter(3),
              cluster -> {
                cluster.awaitActive();
                for (int i = 0; i < 60; i++) {
                  cluster.trouble();
                  cluster.submitEverywhere("s" + i);
                  cluster.sleepMillis(cluster.world.randomness().nextInt(200));
                }
                cluster.healAll();
                settle(cluster);
              });
      ClusterImage image = done.controllers.values().iterator().next().image();
      for (Controller controller : done.controllers.values()) {
        assertThat(controller.image()).isEqualTo(image);
      }
      assertThat(image.configsOf(TOPIC).keySet()).containsAll(done.acknowledged);
      assertThat(image.configsOf(TOPIC).keySet()).doesNotContainAnyElementsOf(done.refused);
      assertThat(done.numbers).doesNotHaveDuplicates();
      assertThat(done.activeInEpoch).allSatisfy((epoch, ids) -> assertThat(ids).hasSize(1));
      acknowledged += done.acknowledged.size();
      unknown += done.unknown.size();
    }
    assertThat(acknowledged).isGreaterThan(300);
    assertThat(unknown).isPositive();
  }

  private static void settle(Cluster cluster) {
    cluster.sleepMillis(2_000);
    Controller active = cluster.awaitActive();
    active.submit(Cluster.setting("last")).join();
    for (Controller controller : cluster.controllers.values()) {
      controller.awaitVersion(active.image().version()).join();
    }
    cluster.sleepMillis(2_000);
  }

  @Test
  void aReadBarrierLetsAnyNodeSeeWhatWasAcknowledgedAnywhere() {
    for (long seed = 0; seed < 10; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults(),
          cluster -> {
            Controller active = cluster.awaitActive();
            for (int i = 0; i < 10; i++) {
              String name = "s" + i;
              active.submit(Cluster.setting(name)).join();
              for (Controller controller : cluster.controllers.values()) {
                controller.readBarrier().join();
                assertThat(controller.image().configsOf(TOPIC)).containsKey(name);
              }
            }
          });
    }
  }

  @Test
  void oneThatIsCutOffRefusesAsSoonAsItKnowsAndKeepsNobodyWaiting() {
    simulate(
        3,
        SimulatedQuorumOptions.defaults(),
        cluster -> {
          Controller old = cluster.awaitActive();
          int oldId = cluster.quorum.leader().orElseThrow();
          cluster.isolate(oldId, true);
          CompletableFuture<Long> lost = old.submit(Cluster.setting("lost"));
          cluster.sleepMillis(1);
          CompletableFuture<Long> waits = old.submit(Cluster.setting("waits"));
          while (old.isActive()) {
            cluster.sleepMillis(1);
          }
          cluster.sleepMillis(1);
          assertThat(lost).isNotDone();
          assertThat(waits.exceptionNow()).isInstanceOf(NotControllerException.class);
          cluster.sleepMillis(1_000);
          assertThat(lost.exceptionNow()).isInstanceOf(TimeoutException.class);
          assertThat(old.submit(Cluster.setting("refused")).exceptionNow())
              .isInstanceOf(NotControllerException.class);
          Controller next = cluster.awaitActive();
          assertThat(next).isNotSameAs(old);
          next.submit(Cluster.setting("kept")).join();
          cluster.healAll();
          cluster.sleepMillis(2_000);
          old.readBarrier().join();
          assertThat(old.image().configsOf(TOPIC)).containsOnlyKeys("kept");
          old.close();
        });
  }
}
