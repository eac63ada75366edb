package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.conformance.Subject.Topic;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Java admin client: topics, configs, records, log directories, the cluster. */
@OnEverySubject
class AdminTest {

  private final Subject subject;
  private final Admin admin;

  AdminTest(Subject subject) {
    this.subject = subject;
    this.admin = subject.admin();
  }

  @AfterEach
  void close() {
    admin.close();
  }

  @Test
  void aTopicsLife() throws Exception {
    String name = subject.newTopicName();
    CreateTopicsResult created =
        admin.createTopics(
            List.of(new NewTopic(name, 3, (short) 1).configs(Map.of("retention.ms", "5000"))));
    assertThat(created.numPartitions(name).get()).isEqualTo(3);
    assertThat(created.replicationFactor(name).get()).isEqualTo(1);
    assertThat(value(created.config(name).get(), "retention.ms")).isEqualTo("5000");
    Topic topic = subject.awaitTopic(name, 3);
    assertThat(created.topicId(name).get()).isEqualTo(topic.id());

    TopicDescription description = describe(name);
    assertThat(description.topicId()).isEqualTo(topic.id());
    assertThat(description.isInternal()).isFalse();
    assertThat(description.partitions())
        .hasSize(3)
        .allSatisfy(
            partition -> {
              assertThat(partition.replicas()).hasSize(1);
              assertThat(partition.isr()).isEqualTo(partition.replicas());
              assertThat(partition.leader()).isEqualTo(partition.replicas().getFirst());
            });

    admin.createPartitions(Map.of(name, NewPartitions.increaseTo(5))).all().get();
    subject.awaitTopic(name, 5);
    assertThat(admin.listTopics().names().get()).contains(name);
    admin.deleteTopics(List.of(name)).all().get();
    fails(admin.deleteTopics(List.of(name)).all(), UnknownTopicOrPartitionException.class);
  }

  @Test
  void topicsThatCannotBe() throws Exception {
    String taken = subject.newTopic(1, Map.of()).name();
    String free = subject.newTopicName();
    fails(create(new NewTopic(taken, 1, (short) 1)), TopicExistsException.class);
    fails(create(new NewTopic("a/b", 1, (short) 1)), InvalidTopicException.class);
    fails(create(new NewTopic("", 1, (short) 1)), InvalidTopicException.class);
    fails(create(new NewTopic("..", 1, (short) 1)), InvalidTopicException.class);
    fails(create(new NewTopic("x".repeat(250), 1, (short) 1)), InvalidTopicException.class);
    fails(create(new NewTopic(free, 0, (short) 1)), InvalidPartitionsException.class);
    fails(create(new NewTopic(free, 1, (short) 3)), InvalidReplicationFactorException.class);
    fails(create(new NewTopic(free, 1, (short) 0)), InvalidReplicationFactorException.class);
    fails(
        create(new NewTopic(free, Map.of(0, List.of(4711)))),
        InvalidReplicaAssignmentException.class);
    fails(
        create(new NewTopic(free, 1, (short) 1).configs(Map.of("no.such.config", "1"))),
        InvalidConfigurationException.class);
    fails(
        create(new NewTopic(free, 1, (short) 1).configs(Map.of("retention.ms", "soon"))),
        InvalidConfigurationException.class);
    assertThat(admin.listTopics().names().get()).doesNotContain(free);
  }

  @Test
  void oneBadTopicDoesNotSpoilTheOthers() throws Exception {
    String good = subject.newTopicName();
    Map<String, KafkaFuture<Void>> results =
        admin
            .createTopics(
                List.of(new NewTopic(good, 1, (short) 1), new NewTopic("b@d", 1, (short) 1)))
            .values();
    Objects.requireNonNull(results.get(good)).get();
    fails(Objects.requireNonNull(results.get("b@d")), InvalidTopicException.class);
    subject.awaitTopic(good, 1);
  }

  @Test
  void validatingCreatesNothing() throws Exception {
    String name = subject.newTopicName();
    admin
        .createTopics(
            List.of(new NewTopic(name, 1, (short) 1)), new CreateTopicsOptions().validateOnly(true))
        .all()
        .get();
    assertThat(admin.listTopics().names().get()).doesNotContain(name);
  }

  @Test
  void partitionsOnlyGrow() throws Exception {
    Topic topic = subject.newTopic(3, Map.of());
    fails(grow(topic.name(), 3), InvalidPartitionsException.class);
    fails(grow(topic.name(), 2), InvalidPartitionsException.class);
    fails(grow(subject.newTopicName(), 2), UnknownTopicOrPartitionException.class);
  }

  @Test
  void configs() throws Exception {
    Topic topic = subject.newTopic(1, Map.of("cleanup.policy", "delete"));
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    alter(resource, new ConfigEntry("retention.ms", "60000"), AlterConfigOp.OpType.SET);
    alter(resource, new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.APPEND);
    awaitConfig(resource, "retention.ms", "60000");
    ConfigEntry changed = entry(resource, "retention.ms");
    assertThat(changed.source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
    assertThat(changed.isDefault()).isFalse();
    assertThat(changed.type()).isEqualTo(ConfigEntry.ConfigType.LONG);
    awaitConfig(resource, "cleanup.policy", "delete,compact");

    alter(resource, new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.SUBTRACT);
    awaitConfig(resource, "cleanup.policy", "compact");
    alter(resource, new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE);
    awaitConfig(resource, "retention.ms", "604800000");
    assertThat(entry(resource, "segment.bytes").isDefault()).isTrue();
  }

  @Test
  void configsThatCannotBe() throws Exception {
    ConfigResource resource =
        new ConfigResource(ConfigResource.Type.TOPIC, subject.newTopic(1, Map.of()).name());
    fails(
        change(resource, new ConfigEntry("no.such", "1"), AlterConfigOp.OpType.SET),
        InvalidConfigurationException.class);
    fails(
        change(resource, new ConfigEntry("retention.ms", "x"), AlterConfigOp.OpType.SET),
        InvalidConfigurationException.class);
    ConfigResource unknown = new ConfigResource(ConfigResource.Type.TOPIC, subject.newTopicName());
    fails(
        change(unknown, new ConfigEntry("retention.ms", "1"), AlterConfigOp.OpType.SET),
        UnknownTopicOrPartitionException.class);
    fails(admin.describeConfigs(List.of(unknown)).all(), UnknownTopicOrPartitionException.class);
  }

  @Test
  void recordsAreDeletedUpToAnOffset() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    subject.append(topic, "a", "b", "c", "d");
    assertThat(delete(partition, 3)).isEqualTo(3);
    assertThat(offset(partition, OffsetSpec.earliest())).isEqualTo(3);
    assertThat(offset(partition, OffsetSpec.latest())).isEqualTo(4);
    assertThat(delete(partition, -1)).isEqualTo(4);
    assertThatThrownBy(() -> delete(partition, 99))
        .cause()
        .isInstanceOf(OffsetOutOfRangeException.class);
  }

  @Test
  void logDirectories() throws Exception {
    Topic topic = subject.newTopic(2, Map.of());
    subject.append(topic, "some", "records");
    int broker = nodeId();
    Map<String, LogDirDescription> directories =
        Objects.requireNonNull(
            admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker));
    assertThat(directories.keySet())
        .containsExactly(subject.broker().dataDirectory().toAbsolutePath().toString());
    LogDirDescription directory = directories.values().iterator().next();
    assertThat(directory.error()).isNull();
    assertThat(directory.totalBytes().orElse(0)).isPositive();
    assertThat(directory.usableBytes().orElse(0)).isPositive();
    ReplicaInfo replica =
        Objects.requireNonNull(directory.replicaInfos().get(new TopicPartition(topic.name(), 0)));
    assertThat(replica.size()).isPositive();
    assertThat(replica.offsetLag()).isZero();
    assertThat(replica.isFuture()).isFalse();
  }

  @Test
  void theCluster() throws Exception {
    DescribeClusterResult cluster = admin.describeCluster();
    assertThat(cluster.clusterId().get()).isNotBlank();
    assertThat(cluster.nodes().get()).hasSize(1).contains(cluster.controller().get());
    assertThat(cluster.controller().get().port()).isEqualTo(subject.broker().address().getPort());
    assertThat(cluster.authorizedOperations().get()).isNull();
  }

  @Test
  void features() throws Exception {
    FeatureMetadata features = admin.describeFeatures().featureMetadata().get();
    FinalizedVersionRange metadata =
        Objects.requireNonNull(features.finalizedFeatures().get("metadata.version"));
    assertThat(metadata.maxVersionLevel()).isEqualTo((short) 33);
    assertThat(features.supportedFeatures()).containsKey("metadata.version");
    assertThat(features.finalizedFeaturesEpoch()).isPresent();
  }

  private KafkaFuture<Void> create(NewTopic topic) {
    return admin.createTopics(List.of(topic)).all();
  }

  private KafkaFuture<Void> grow(String topic, int partitions) {
    return admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all();
  }

  private TopicDescription describe(String topic) throws Exception {
    return Objects.requireNonNull(
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
  }

  private void alter(ConfigResource resource, ConfigEntry entry, AlterConfigOp.OpType operation)
      throws Exception {
    change(resource, entry, operation).get();
  }

  private KafkaFuture<Void> change(
      ConfigResource resource, ConfigEntry entry, AlterConfigOp.OpType operation) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes =
        Map.of(resource, List.of(new AlterConfigOp(entry, operation)));
    return admin.incrementalAlterConfigs(changes).all();
  }

  /** Apache Kafka's broker learns of a change a moment after its controller accepted it. */
  private void awaitConfig(ConfigResource resource, String name, String expected) throws Exception {
    long deadline = System.currentTimeMillis() + 10_000;
    while (!expected.equals(entry(resource, name).value())
        && System.currentTimeMillis() < deadline) {
      Thread.sleep(10);
    }
    assertThat(entry(resource, name).value()).isEqualTo(expected);
  }

  private ConfigEntry entry(ConfigResource resource, String name) throws Exception {
    Config config =
        Objects.requireNonNull(admin.describeConfigs(List.of(resource)).all().get().get(resource));
    return Objects.requireNonNull(config.get(name));
  }

  private static String value(Config config, String name) {
    return Objects.requireNonNull(config.get(name)).value();
  }

  private long delete(TopicPartition partition, long before) throws Exception {
    return Objects.requireNonNull(
            admin
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                .lowWatermarks()
                .get(partition))
        .get()
        .lowWatermark();
  }

  private long offset(TopicPartition partition, OffsetSpec spec) throws Exception {
    return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
  }

  private int nodeId() throws Exception {
    return admin.describeCluster().nodes().get().stream()
        .collect(Collectors.toList())
        .getFirst()
        .id();
  }

  private static void fails(KafkaFuture<?> future, Class<? extends Throwable> with) {
    assertThatThrownBy(future::get).cause().isInstanceOf(with);
  }
}
