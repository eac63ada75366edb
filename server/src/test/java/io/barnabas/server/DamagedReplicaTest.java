package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.server.Requests.Fetched;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bits flip in one copy of a partition: it is not led by it, and is copied anew. */
class DamagedReplicaTest {
  private static final int NODES = 5;
  private static final int LIMIT_MS = 30_000;
  private static final Path DATA = Path.of("/data");
  private static final Path LOG = DATA.resolve("t-0").resolve("00000000000000000000.log");

  /** In the value of the fourth record, where only a checksum tells. */
  private static final long FLIPPED = 3 * 75 + 70;

  /** After so long the directory has noted what is on disk, above which a bad end is cut off. */
  private static final long NOTED_NANOS = 70_000_000_000L;

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
  private final List<String> acknowledged = new ArrayList<>();

  /** A topic on some of five nodes, so that a quorum is left when two are gone. */
  private final class Cluster {
    private final SimulatedCluster cluster = new SimulatedCluster(world, NODES);
    private final List<Integer> brokers;
    private final Uuid topic;

    Cluster(int replicas, int minimum) throws Exception {
      cluster.startAll();
      int controller = cluster.controller();
      brokers =
          IntStream.rangeClosed(1, NODES)
              .filter(id -> id != controller)
              .limit(replicas)
              .boxed()
              .toList();
      topic = createTopic(minimum);
    }

    private Uuid createTopic(int minimum) throws Exception {
      CreatableTopic wanted =
          new CreatableTopic().setName("t").setNumPartitions(-1).setReplicationFactor((short) -1);
      wanted
          .assignments()
          .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(brokers));
      wanted
          .configs()
          .add(
              new CreatableTopicConfig()
                  .setName("min.insync.replicas")
                  .setValue(Integer.toString(minimum)));
      CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(LIMIT_MS);
      request.topics().add(wanted);
      try (TestClient client = cluster.client(cluster.controller())) {
        var answer = client.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class);
        assertThat(answer.topics().find("t").errorCode()).isZero();
        return answer.topics().find("t").topicId();
      }
    }

    PartitionImage partition() {
      return cluster.image(cluster.controller()).partition(topic, 0).orElseThrow();
    }

    SimulatedDisk disk(int id) {
      return world.machine(SimulatedCluster.machine(id)).disk();
    }

    void flip(int id) throws IOException {
      disk(id).corrupt(LOG, FLIPPED, 0x20);
    }

    /** Ten batches of a record, acknowledged by all in sync. */
    void produce() throws Exception {
      cluster.await(
          "it is led where it can be written to",
          LIMIT_MS,
          () -> partition().leader() >= 0 && cluster.takesPart(partition().leader()));
      try (TestClient client = cluster.client(partition().leader())) {
        long producer = Requests.newProducerId(client);
        for (int i = 0; i < 10; i++) {
          String value = "value " + acknowledged.size();
          int sequence = i;
          if (i == 0) {
            // The image says who leads, not whether that node has opened the log yet.
            cluster.await(
                "the leader takes the first one",
                LIMIT_MS,
                () -> append(client, producer, sequence, value) != Errors.NOT_LEADER_OR_FOLLOWER);
          }
          // The first one again is a duplicate, and answered as it was then.
          assertThat(append(client, producer, sequence, value)).isEqualTo(Errors.NONE);
          acknowledged.add(value);
        }
      }
    }

    private Errors append(TestClient client, long producer, int sequence, String value) {
      try {
        var answer = Requests.produce(client, topic, 0, producer, sequence, List.of(value));
        return Errors.forCode(answer.errorCode());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void awaitIsr(Integer... ids) {
      cluster.await(
          "in sync are " + List.of(ids),
          LIMIT_MS,
          () ->
              partition().isr().size() == ids.length
                  && partition().isr().containsAll(List.of(ids)));
    }

    void kill(int id) {
      cluster.kill(id);
      cluster.await("it is fenced", LIMIT_MS, () -> cluster.isFenced(id));
    }

    void start(int id) {
      cluster.begin(id).join();
      cluster.await("it takes part", LIMIT_MS, () -> cluster.takesPart(id));
    }

    void awaitDamage(int id) {
      cluster.await("its damage is known", LIMIT_MS, () -> partition().isLost(id));
    }

    /** All copies are the same and have all that was acknowledged; the damaged one was kept. */
    void check(int damaged) throws Exception {
      awaitIsr(brokers.toArray(Integer[]::new));
      assertThat(partition().isLost(damaged)).isFalse();
      for (int id : brokers) {
        assertThat(disk(id).content(LOG)).isEqualTo(disk(brokers.getFirst()).content(LOG));
        assertThat(aside(id)).hasSize(id == damaged ? 1 : 0);
      }
      checkWhatIsRead();
    }

    void checkWhatIsRead() throws Exception {
      try (TestClient client = cluster.client(partition().leader())) {
        assertThat(Requests.fetchAll(client, topic, 0))
            .extracting(Fetched::value)
            .isEqualTo(acknowledged);
      }
    }

    private List<Path> aside(int id) throws IOException {
      return disk(id).list(DATA).stream()
          .filter(name -> name.toString().endsWith("-damaged"))
          .toList();
    }
  }

  private interface Body {
    void run() throws Exception;
  }

  private void run(Body body) {
    assertThat(world.run(body::run)).isEqualTo(RunEnd.FINISHED);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "0, false", "1, true", "1, false"})
  void whileItsNodeIsDown(int place, boolean inGoodOrder) {
    run(
        () -> {
          Cluster it = new Cluster(3, 2);
          it.produce();
          world.threads().sleep(NOTED_NANOS);
          int victim = it.brokers.get(place);
          if (inGoodOrder) {
            it.cluster.stop(victim);
          } else {
            it.kill(victim);
          }
          it.flip(victim);
          it.start(victim);
          it.awaitDamage(victim);
          it.produce();
          it.check(victim);
        });
  }

  /** Nothing has noted yet that it was on disk. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void soonAfterItWasWritten(int place) {
    run(
        () -> {
          Cluster it = new Cluster(3, 2);
          it.produce();
          int victim = it.brokers.get(place);
          it.kill(victim);
          it.flip(victim);
          it.start(victim);
          it.awaitDamage(victim);
          it.produce();
          it.check(victim);
        });
  }

  /**
   * As far as anyone can know the power took it before it was forced, so nobody has to be asked.
   */
  @Test
  void soonAfterItWasWrittenTheOnlyOneInSyncGoesOnWithoutIt() {
    run(
        () -> {
          Cluster it = new Cluster(2, 1);
          int victim = it.brokers.getFirst();
          it.kill(it.brokers.getLast());
          it.produce();
          it.kill(victim);
          it.flip(victim);
          it.start(victim);
          it.cluster.await("it leads", LIMIT_MS, () -> it.partition().leader() == victim);
          assertThat(it.partition().isLost(victim)).isFalse();
          acknowledged.subList(3, acknowledged.size()).clear();
          it.produce();
          it.checkWhatIsRead();
        });
  }

  /** Nobody but a follower that comes later reads it. */
  @Test
  void onTheLeaderWhileAllRun() {
    run(
        () -> {
          Cluster it = new Cluster(3, 2);
          int late = it.brokers.get(2);
          it.kill(late);
          it.produce();
          int leader = it.brokers.getFirst();
          assertThat(it.partition().leader()).isEqualTo(leader);
          it.flip(leader);
          it.start(late);
          it.awaitDamage(leader);
          assertThat(it.partition().leader()).isEqualTo(it.brokers.get(1));
          it.check(leader);
        });
  }

  /** The last one in sync: it leads again only when its files are good. */
  @Test
  void theOnlyOneInSyncWaitsForGoodFiles() {
    run(
        () -> {
          Cluster it = new Cluster(2, 1);
          int victim = it.brokers.getFirst();
          int other = it.brokers.getLast();
          it.kill(other);
          it.produce();
          world.threads().sleep(NOTED_NANOS);
          it.kill(victim);
          it.flip(victim);
          it.start(victim);
          it.awaitDamage(victim);
          it.start(other);
          world.threads().sleep(20_000_000_000L);
          assertThat(it.partition().leader()).isEqualTo(PartitionImage.NO_LEADER);
          it.kill(victim);
          it.start(victim);
          world.threads().sleep(20_000_000_000L);
          assertThat(it.partition().leader()).isEqualTo(PartitionImage.NO_LEADER);
          it.kill(victim);
          it.flip(victim);
          it.start(victim);
          it.awaitIsr(victim, other);
          assertThat(it.partition().leader()).isEqualTo(victim);
          assertThat(it.aside(victim)).isEmpty();
          it.checkWhatIsRead();
        });
  }

  @Test
  void theOnlyOneInSyncFollowsWhereAnotherOneWasElectedUncleanly() {
    run(
        () -> {
          Cluster it = new Cluster(2, 1);
          int victim = it.brokers.getFirst();
          int other = it.brokers.getLast();
          it.produce();
          List<String> before = List.copyOf(acknowledged);
          it.kill(other);
          it.produce();
          world.threads().sleep(NOTED_NANOS);
          it.kill(victim);
          it.flip(victim);
          it.start(victim);
          it.awaitDamage(victim);
          it.start(other);
          electUncleanly(it.cluster);
          acknowledged.clear();
          acknowledged.addAll(before);
          it.produce();
          it.check(victim);
        });
  }

  private static void electUncleanly(SimulatedCluster cluster) throws Exception {
    ElectLeadersRequestData request =
        new ElectLeadersRequestData().setElectionType((byte) 1).setTimeoutMs(LIMIT_MS);
    request.topicPartitions().add(new TopicPartitions().setTopic("t").setPartitions(List.of(0)));
    try (TestClient client = cluster.client(cluster.controller())) {
      var answer = client.call(ApiKeys.ELECT_LEADERS, 2, request, ElectLeadersResponseData.class);
      assertThat(
              answer.replicaElectionResults().getFirst().partitionResult().getFirst().errorCode())
          .isZero();
    }
  }
}
