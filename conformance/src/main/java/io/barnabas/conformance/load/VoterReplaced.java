package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DuplicateVoterException;

/** A voter loses its disk, while clients change the cluster. */
final class VoterReplaced {
  private static final int VOTER = 3;

  private final Journey journey;
  private final BrokerProcess node;

  VoterReplaced(Journey journey) {
    this.journey = journey;
    this.node = journey.cluster().node(VOTER);
  }

  /** It is started with an empty directory, and that is all. */
  void byItself() throws IOException, InterruptedException, ExecutionException {
    journey.tell("## A voter with an empty disk in place of its own gets its vote by itself%n");
    try (Admin admin = journey.admin()) {
      Uuid before = directoryOfVoter(admin, VOTER).orElseThrow();
      journey.startChanges();
      journey.letChangesGoOn();
      node.kill();
      journey.letChangesGoOn();
      LoadedBroker.delete(node.dataDirectory());
      node.restart();
      long readyMs = Journey.millisSince(node.launchedNanos());
      Until.holds(
          "node 3 votes with its new directory",
          () -> directoryOfVoter(admin, VOTER).filter(id -> !id.equals(before)).isPresent());
      journey.tell(
          "- node %d ready %,d ms after its start with an empty directory, a voter again after %,d"
              + " ms",
          VOTER, readyMs, Journey.millisSince(node.launchedNanos()));
      journey.letChangesGoOn();
      journey.stopChanges();
    }
    journey.check();
  }

  /** Its vote is taken away, and given to the new directory, through Kafka's Admin client. */
  void byAdmin() throws IOException, InterruptedException, ExecutionException {
    journey.tell("## The same with RemoveRaftVoter and AddRaftVoter%n");
    try (Admin admin = journey.admin()) {
      Uuid before = directoryOfVoter(admin, VOTER).orElseThrow();
      journey.startChanges();
      journey.letChangesGoOn();
      node.kill();
      long began = System.nanoTime();
      admin.removeRaftVoter(VOTER, before).all().get();
      journey.tell("- removeRaftVoter of the killed node: %,d ms", Journey.millisSince(began));
      LoadedBroker.delete(node.dataDirectory());
      node.restart();
      Until.holds("node 3 follows", () -> observer(admin, VOTER).isPresent());
      Uuid after = observer(admin, VOTER).orElseThrow();
      if (directoryOfVoter(admin, VOTER).isPresent()) {
        journey.complain("node 3 has taken its vote back by itself");
      }
      journey.tell("- addRaftVoter of its new directory: %,d ms", add(admin, VOTER, after));
      journey.letChangesGoOn();
      journey.stopChanges();
    }
    journey.check();
  }

  /** Until the quorum takes it; how long that was. */
  private long add(Admin admin, int id, Uuid directory) throws IOException, InterruptedException {
    RaftVoterEndpoint endpoint =
        new RaftVoterEndpoint("CONTROLLER", "127.0.0.1", journey.cluster().quorumPort(id));
    return Until.holds(
        "node " + id + " votes",
        () -> {
          try {
            admin.addRaftVoter(id, directory, Set.of(endpoint)).all().get();
          } catch (ExecutionException e) {
            // The client asks again when the first answer was that it took too long.
            if (!(e.getCause() instanceof DuplicateVoterException)) {
              throw e;
            }
          }
          return directoryOfVoter(admin, id).equals(Optional.of(directory));
        });
  }

  static Optional<Uuid> directoryOfVoter(Admin admin, int id)
      throws ExecutionException, InterruptedException {
    return directory(Journey.quorum(admin).voters().stream(), id);
  }

  static Optional<Uuid> observer(Admin admin, int id)
      throws ExecutionException, InterruptedException {
    return directory(Journey.quorum(admin).observers().stream(), id);
  }

  private static Optional<Uuid> directory(Stream<QuorumInfo.ReplicaState> replicas, int id) {
    return replicas
        .filter(replica -> replica.replicaId() == id)
        .map(QuorumInfo.ReplicaState::replicaDirectoryId)
        .findFirst();
  }

  static List<Integer> voters(Admin admin) throws ExecutionException, InterruptedException {
    return Journey.quorum(admin).voters().stream()
        .map(QuorumInfo.ReplicaState::replicaId)
        .sorted()
        .toList();
  }
}
