package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's tools about the cluster itself, pointed at each broker. */
@OnEveryCluster
class ClusterToolsTest {

  private static final String QUORUM = "org.apache.kafka.tools.MetadataQuorumCommand";
  private static final String FEATURES = "org.apache.kafka.tools.FeatureCommand";
  private static final String CLUSTER = "org.apache.kafka.tools.ClusterTool";
  private static final String ACLS = "org.apache.kafka.tools.AclCommand";
  private static final String VERSIONS = "org.apache.kafka.tools.BrokerApiVersionsCommand";

  private final ClusterSubject subject;

  ClusterToolsTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void quorumStatus(int node) {
    assertThat(subject.tool(node, QUORUM, "describe", "--status").lines().map(String::strip))
        .anyMatch(line -> line.matches("ClusterId: +[A-Za-z0-9_-]{22}"))
        .anyMatch(line -> line.matches("LeaderId: +[123]"))
        .anyMatch(line -> line.matches("LeaderEpoch: +[1-9][0-9]*"))
        .anyMatch(line -> line.matches("HighWatermark: +[1-9][0-9]*"))
        .anyMatch(line -> line.matches("CurrentVoters: .*\"id\": 1,.*\"id\": 2,.*\"id\": 3,.*"))
        .anyMatch(line -> line.matches("CurrentObservers: +\\[]"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void quorumReplication(int node) {
    List<String> replicas =
        subject.tool(node, QUORUM, "describe", "--replication").lines().skip(1).toList();
    assertThat(replicas).filteredOn(line -> line.contains("Leader")).hasSize(1);
    assertThat(replicas).filteredOn(line -> line.contains("Follower")).hasSize(2);
    for (int voter : subject.cluster().ids()) {
      assertThat(replicas).anyMatch(line -> line.startsWith(voter + " "));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void features(int node) {
    List<String> features = subject.tool(node, FEATURES, "describe").lines().toList();
    assertThat(features)
        .anyMatch(line -> line.matches("Feature: metadata.version .*Level: UNKNOWN 33 .*"))
        .anyMatch(line -> line.matches("Feature: eligible.leader.replicas.version .*Level: 1 .*"));
    if (!subject.isBarnabas()) {
      assertThat(features)
          .anyMatch(line -> line.matches("Feature: group.version .*FinalizedVersionLevel: 1 .*"))
          .anyMatch(line -> line.matches("Feature: transaction.version .*Level: 2 .*"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, upgrade, no.such=1, update version 1 for feature no.such. Local controller",
    "2, upgrade, metadata.version=99, update version 99 for feature metadata.version. Local",
    "3, upgrade, metadata.version=99, only supports versions ",
    "1, downgrade, metadata.version=1, update version 1 for feature metadata.version. Local",
    "2, downgrade, eligible.leader.replicas.version=9, only supports versions ",
  })
  void levelsThatCannotBe(int node, String change, String level, String says) {
    assertThat(subject.failingTool(node, FEATURES, change, "--feature", level)).contains(says);
  }

  /** Barnabas has no feature yet whose level could change. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aLevelGoesDownAndUpAgain(int node) throws Exception {
    if (subject.isBarnabas()) {
      assertThat(subject.failingTool(node, FEATURES, "downgrade", "--feature", "streams.version=0"))
          .contains("update version 0 for feature streams.version.");
      return;
    }
    assertThat(subject.failingTool(node, FEATURES, "upgrade", "--feature", "transaction.version=1"))
        .contains(
            "Can't downgrade the version of this feature without setting the upgrade type to either"
                + " safe or unsafe downgrade.");
    subject.tool(node, FEATURES, "downgrade", "--feature", "streams.version=0");
    awaitStreamsLevel(0);
    subject.tool(node, FEATURES, "upgrade", "--feature", "streams.version=1");
    awaitStreamsLevel(1);
  }

  private void awaitStreamsLevel(int level) throws Exception {
    for (int node : subject.cluster().ids()) {
      ClusterSubject.await(
          "streams.version " + level + " at " + node,
          () ->
              subject
                  .tool(node, FEATURES, "describe")
                  .lines()
                  .anyMatch(line -> line.matches("Feature: streams.*Level: " + level + " .*")));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theClusterAndItsEndpoints(int node) {
    assertThat(subject.tool(node, CLUSTER, "cluster-id"))
        .matches("Cluster ID: [A-Za-z0-9_-]{22}\n")
        .isEqualTo(subject.tool(1, CLUSTER, "cluster-id"));
    List<String> endpoints = subject.tool(node, CLUSTER, "list-endpoints").lines().toList();
    for (int id : subject.cluster().ids()) {
      String port = Integer.toString(subject.cluster().node(id).address().getPort());
      assertThat(endpoints)
          .anyMatch(
              line ->
                  line.matches(
                      id + " +127.0.0.1 " + port + " +rack-" + id + " +unfenced +broker *"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aBrokerThatIsNotThereCannotBeUnregistered(int node) {
    assertThat(subject.failingTool(node, CLUSTER, "unregister", "--id", "77"))
        .contains("Broker ID 77 is not currently registered");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void acls(int node) throws Exception {
    String topic = subject.newTopicName();
    String rule = "(principal=User:alice, host=*, operation=READ, permissionType=ALLOW)";
    List<String> which =
        List.of("--allow-principal", "User:alice", "--operation", "Read", "--topic", topic);
    assertThat(acls(node, List.of("--add"), which)).contains("Adding ACLs", topic, rule);
    for (int other : subject.cluster().ids()) {
      ClusterSubject.await(
          "a rule at " + other,
          () -> acls(other, List.of("--list"), List.of("--topic", topic)).contains(rule));
    }
    acls(node, List.of("--remove", "--force"), which);
    ClusterSubject.await(
        "no rule", () -> !acls(node, List.of("--list"), List.of("--topic", topic)).contains(rule));
  }

  private String acls(int node, List<String> verb, List<String> more) {
    return subject.tool(
        node, ACLS, Stream.concat(verb.stream(), more.stream()).toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void versionsOfRequests(int node) {
    List<String> lines = subject.tool(node, VERSIONS).lines().toList();
    for (int id : subject.cluster().ids()) {
      String address = subject.cluster().node(id).bootstrapServers();
      assertThat(lines)
          .anyMatch(
              line ->
                  line.startsWith(
                      address + " (id: " + id + " rack: rack-" + id + " isFenced: false) -> ("));
    }
    assertThat(lines)
        .filteredOn(line -> line.startsWith("\tAlterPartitionReassignments(45): "))
        .hasSize(3)
        .allMatch(line -> line.startsWith("\tAlterPartitionReassignments(45): 0 to 1"));
    assertThat(lines)
        .filteredOn(line -> line.startsWith("\tUpdateFeatures(57): 0 to 2"))
        .hasSize(3);
    assertThat(lines)
        .filteredOn(line -> line.startsWith("\tDescribeQuorum(55): 0 to 2"))
        .hasSize(3);
  }
}
