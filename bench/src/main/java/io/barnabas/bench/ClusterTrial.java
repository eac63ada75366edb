package io.barnabas.bench;

import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * One contender's turn on three nodes. Topics have three replicas, of which two must be in sync.
 *
 * @param cluster the running nodes
 * @param turn whose turn it is, and where values go
 */
record ClusterTrial(ClusterProcess cluster, Turn turn) implements Figures {
  static final int SIZE = 3;

  private static final String MIN_IN_SYNC = "2";
  private static final long LIMIT_MS = 120_000;
  private static final long PAUSE_MS = 20;

  /** Something that becomes true of a cluster. */
  interface Condition {
    boolean holds(Admin admin) throws ExecutionException, InterruptedException;
  }

  @Override
  public void add(String figure, double value) {
    turn.add(figure, value);
  }

  /** Carries out a load and notes what it cost all nodes together. */
  void metered(String figure, Load load) throws Exception {
    List<Long> pids = cluster.ids().stream().map(id -> cluster.node(id).pid()).toList();
    metered(pids, figure, load);
  }

  /** Kafka's own programs, pointed at all nodes. */
  KafkaTools tools() {
    return new KafkaTools(cluster.bootstrapServers(), turn.classPaths(), turn.scratch());
  }

  /** Creates a topic and waits until all its replicas are in sync. */
  void createTopic(String name, int partitions) throws IOException, InterruptedException {
    create(new NewTopic(name, partitions, (short) SIZE));
  }

  /** Creates a topic of one partition that a chosen node leads, in the same way. */
  void createTopicLedBy(int leader, String name) throws IOException, InterruptedException {
    List<Integer> replicas = new ArrayList<>(cluster.ids());
    replicas.remove(Integer.valueOf(leader));
    replicas.addFirst(leader);
    create(new NewTopic(name, Map.of(0, replicas)));
  }

  private void create(NewTopic topic) throws IOException, InterruptedException {
    Map<String, String> settings = new HashMap<>(turn.contender().topicSettings());
    settings.put("min.insync.replicas", MIN_IN_SYNC);
    try (Admin admin = admin()) {
      admin.createTopics(List.of(topic.configs(settings))).all().get();
    } catch (ExecutionException e) {
      throw new IOException("no topic " + topic.name(), e);
    }
    await("all replicas of " + topic.name(), admin -> allInSync(admin, topic));
  }

  private static boolean allInSync(Admin admin, NewTopic topic)
      throws ExecutionException, InterruptedException {
    TopicDescription now =
        admin
            .describeTopics(List.of(topic.name()))
            .allTopicNames()
            .get()
            .values()
            .iterator()
            .next();
    return !now.partitions().isEmpty()
        && now.partitions().stream()
            .allMatch(
                partition ->
                    partition.leader() != null
                        && partition.leader().id() == partition.replicas().getFirst().id()
                        && partition.isr().size() == SIZE);
  }

  /** Waits until all nodes are there. */
  void awaitAllNodes() throws IOException, InterruptedException {
    await("all nodes", admin -> admin.describeCluster().nodes().get().size() == SIZE);
  }

  /** The node that decides for the cluster now. */
  int activeController() throws IOException, InterruptedException {
    try (Admin admin = admin()) {
      return admin.describeMetadataQuorum().quorumInfo().get().leaderId();
    } catch (ExecutionException e) {
      throw new IOException("nobody says who the controller is", e);
    }
  }

  private void await(String what, Condition condition) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT_MS * 1_000_000;
    ExecutionException last = null;
    try (Admin admin = admin()) {
      while (System.nanoTime() < deadline) {
        try {
          if (condition.holds(admin)) {
            return;
          }
        } catch (ExecutionException e) {
          // A node that comes back, or a topic that is new, is not known everywhere at once.
          last = e;
        }
        Thread.sleep(PAUSE_MS);
      }
    }
    throw new IOException("not in " + LIMIT_MS + " ms: " + what, last);
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }
}
