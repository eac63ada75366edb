package io.barnabas.server.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.server.control.Controller;
import io.barnabas.server.membership.NodeIdentity;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** A broker whose disk was replaced tells where its replicas are now. */
class DirectoryReportsTest {
  private static final int SELF = 1;
  private static final Uuid EARLIER = new Uuid(9, 1);
  private static final Uuid NOW = new Uuid(9, 2);
  private static final Uuid OLD_DIRECTORY = new Uuid(8, 1);
  private static final Uuid NEW_DIRECTORY = new Uuid(8, 2);
  private static final Uuid TOPIC = new Uuid(1, 1);
  private static final Uuid LOST = new Uuid(1, 2);

  /** One more than are told at once. */
  private static final int LOST_PARTITIONS = 2_001;

  private static final long SECOND_NANOS = 1_000_000_000;

  /** Far above what a minute takes of threads that wait, far below what one takes that spins. */
  private static final long MAX_STEPS = 400_000;

  private interface Body {
    void run(SimulatedMachine machine, Controller controller);
  }

  private static void withReports(Body body) {
    SimulatedWorld world =
        new SimulatedWorld(1, SimulationOptions.defaults().withMaxSteps(MAX_STEPS));
    RunEnd end =
        world.run(
            () -> {
              SimulatedMachine machine = world.machine("n1");
              QuorumMember member = new QuorumMember(SELF, new UUID(1, 1), "n1", 9093);
              SimulatedQuorum quorum =
                  new SimulatedQuorum(world, SimulatedQuorumOptions.defaults(), List.of(member));
              try (Controller controller =
                      Controller.start(
                          machine,
                          quorum.open(machine, member),
                          "c",
                          cause -> assertThat(cause).isNull());
                  Peers peers = new Peers(machine, "test", PeerLimits.forControl())) {
                while (!controller.isActive()) {
                  machine.threads().sleep(SECOND_NANOS / 10);
                }
                NodeIdentity self =
                    new NodeIdentity(
                        SELF,
                        "c",
                        NOW,
                        Optional.empty(),
                        List.of(),
                        "PLAINTEXT",
                        List.of(NEW_DIRECTORY),
                        List.of());
                try (DirectoryReports _ =
                    new DirectoryReports(machine, self, NEW_DIRECTORY, controller, peers)) {
                  body.run(machine, controller);
                }
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private static Command<Boolean> all(List<Fact> facts) {
    return (image, nowMs) -> new Decision<>(facts, true);
  }

  private static Fact broker(int id, Uuid incarnation, Uuid directory) {
    return new Fact.BrokerRegistered(
        new Fact.BrokerImage(
            id,
            incarnation.equals(NOW) ? 2 : 1,
            incarnation,
            Optional.empty(),
            List.of(),
            List.of(directory),
            List.of(),
            false,
            false));
  }

  /** In the old directory, where broker 1 has it. */
  private static PartitionImage partition(List<Integer> isr, int epoch) {
    return new PartitionImage(
        List.of(1, 2),
        List.of(OLD_DIRECTORY, new Uuid(8, 3)),
        isr,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        PartitionImage.NO_LEADER,
        1,
        epoch,
        false);
  }

  private static List<Fact> facts(int lost) {
    List<Fact> facts = new ArrayList<>();
    facts.add(broker(1, EARLIER, OLD_DIRECTORY));
    facts.add(broker(2, new Uuid(9, 3), new Uuid(8, 3)));
    facts.add(new Fact.TopicCreated("t", TOPIC));
    facts.add(new Fact.PartitionAdded(TOPIC, 0, partition(List.of(1, 2), 1)));
    facts.add(new Fact.TopicCreated("lost", LOST));
    for (int i = 0; i < lost; i++) {
      facts.add(new Fact.PartitionAdded(LOST, i, partition(List.of(1), 1)));
    }
    return facts;
  }

  private static Uuid directory(Controller controller, Uuid topic, int partition) {
    return controller.image().partition(topic, partition).orElseThrow().directoryOf(SELF);
  }

  @Test
  void itWaitsUntilTheClusterKnowsOfThisStart() {
    withReports(
        (machine, controller) -> {
          controller.submit(all(facts(0))).join();
          machine.threads().sleep(60 * SECOND_NANOS);
          assertThat(directory(controller, TOPIC, 0)).isEqualTo(OLD_DIRECTORY);
          controller.submit(all(List.of(broker(1, NOW, NEW_DIRECTORY)))).join();
          machine.threads().sleep(SECOND_NANOS);
          assertThat(directory(controller, TOPIC, 0)).isEqualTo(NEW_DIRECTORY);
        });
  }

  @Test
  void whatIsRefusedKeepsNothingElseFromBeingHeardUntilItHasChanged() {
    withReports(
        (machine, controller) -> {
          controller.submit(all(facts(LOST_PARTITIONS))).join();
          controller.submit(all(List.of(broker(1, NOW, NEW_DIRECTORY)))).join();
          machine.threads().sleep(SECOND_NANOS);
          assertThat(directory(controller, TOPIC, 0)).isEqualTo(NEW_DIRECTORY);
          // For a while nothing changes, and nothing is told.
          machine.threads().sleep(60 * SECOND_NANOS);
          Uuid later = new Uuid(1, 3);
          controller
              .submit(
                  all(
                      List.of(
                          new Fact.TopicCreated("later", later),
                          new Fact.PartitionAdded(later, 0, partition(List.of(1, 2), 1)))))
              .join();
          machine.threads().sleep(SECOND_NANOS);
          assertThat(directory(controller, later, 0)).isEqualTo(NEW_DIRECTORY);
          assertThat(directory(controller, LOST, 7)).isEqualTo(OLD_DIRECTORY);
          controller
              .submit(all(List.of(new Fact.PartitionChanged(LOST, 7, partition(List.of(2), 2)))))
              .join();
          machine.threads().sleep(SECOND_NANOS);
          assertThat(directory(controller, LOST, 7)).isEqualTo(NEW_DIRECTORY);
          assertThat(directory(controller, LOST, 8)).isEqualTo(OLD_DIRECTORY);
        });
  }
}
