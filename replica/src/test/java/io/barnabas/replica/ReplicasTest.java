package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.log.Origin;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.RealWorld;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replicas follow the cluster's image. */
class ReplicasTest {
  private static final Uuid FIRST = new Uuid(1, 1);
  private static final Uuid SECOND = new Uuid(2, 2);
  private static final TopicPartition T0 = new TopicPartition("t", 0);

  @TempDir private Path path;
  private final World world = RealWorld.create();
  private LogDirectory directory;
  private Replicas replicas;

  @BeforeEach
  void open() throws IOException {
    directory = LogDirectory.open(world, path, LogDirectoryOptions.defaults());
    replicas = new Replicas(world, directory, 1, Map.of("segment.bytes", "1000"));
  }

  @AfterEach
  void close() throws IOException {
    replicas.close();
    directory.close();
  }

  private static PartitionImage led(int leader, int epoch) {
    return new PartitionImage(List.of(leader), List.of(leader), leader, epoch, epoch);
  }

  private static ClusterImage withTopic(Uuid id, PartitionImage... partitions) {
    ClusterImage image = ClusterImage.empty("c").apply(List.of(new Fact.TopicCreated("t", id)));
    for (int i = 0; i < partitions.length; i++) {
      image = image.apply(List.of(new Fact.PartitionAdded(id, i, partitions[i])));
    }
    return image;
  }

  private static ByteBuffer batch(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1_000, bytes)).buffer();
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(Files::isDirectory).map(p -> p.getFileName().toString()).toList();
    }
  }

  @Test
  void opensWhatIsAssignedHere() {
    ClusterImage image = withTopic(FIRST, led(1, 0), led(2, 0));
    replicas.reconcile(image).join();
    assertThat(replicas.require(T0).isLeader()).isTrue();
    assertThat(replicas.require(FIRST, 0)).isSameAs(replicas.require(T0));
    assertThat(replicas.get(new TopicIdPartition(SECOND, T0))).isEmpty();
    assertThatThrownBy(() -> replicas.require(new TopicPartition("t", 1)))
        .isInstanceOf(NotLeaderOrFollowerException.class);
    assertThatThrownBy(() -> replicas.require(new TopicPartition("t", 2)))
        .isInstanceOf(UnknownTopicOrPartitionException.class);
    assertThatThrownBy(() -> replicas.require(SECOND, 0))
        .isInstanceOf(UnknownTopicIdException.class);
  }

  @Test
  void recreatedTopicOfTheSameNameStartsEmpty() throws IOException {
    replicas.reconcile(withTopic(FIRST, led(1, 0))).join();
    Replica first = replicas.require(T0);
    first.append(batch("old"), Origin.CLIENT, Acks.LEADER);
    replicas.reconcile(withTopic(SECOND, led(1, 0))).join();
    assertThat(replicas.require(SECOND, 0).view().logEndOffset()).isZero();
    assertThatThrownBy(() -> first.append(batch("late"), Origin.CLIENT, Acks.LEADER))
        .isInstanceOf(NotLeaderOrFollowerException.class);
    replicas.reconcile(ClusterImage.empty("c")).join();
    assertThat(replicas.all()).isEmpty();
    assertThat(folders()).isNotEmpty().allMatch(name -> name.endsWith("-delete"));
  }

  @Test
  void changedSettingsAreTaken() {
    ClusterImage image = withTopic(FIRST, led(1, 0));
    replicas.reconcile(image).join();
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
    Fact change = new Fact.ConfigChanged(topic, "max.message.bytes", Optional.of("80"));
    replicas.reconcile(image.apply(List.of(change))).join();
    Replica replica = replicas.require(T0);
    assertThatThrownBy(() -> replica.append(batch("x".repeat(50)), Origin.CLIENT, Acks.ALL))
        .isInstanceOf(RecordTooLargeException.class);
  }

  @Test
  void dataThatTheClusterDoesNotKnowIsSetAsideNotLost() throws IOException {
    replicas.reconcile(withTopic(FIRST, led(1, 0))).join();
    replicas.require(T0).append(batch("kept"), Origin.CLIENT, Acks.LEADER);
    close();
    open();
    replicas.reconcile(withTopic(SECOND, led(1, 0))).join();
    assertThat(replicas.require(SECOND, 0).view().logEndOffset()).isZero();
    assertThat(folders())
        .anySatisfy(
            name -> {
              assertThat(name).endsWith("-stray");
              assertThat(path.resolve(name).resolve("00000000000000000000.log")).isNotEmptyFile();
            });
  }

  @Test
  void partitionThatCannotBeOpenedLeavesTheOthersAlone() throws IOException {
    Files.createDirectories(path.resolve("t-0"));
    // Nobody knows of which topic.
    Files.writeString(path.resolve("t-0/00000000000000000000.log"), "data");
    replicas.reconcile(withTopic(FIRST, led(1, 0), led(1, 0))).join();
    assertThatThrownBy(() -> replicas.require(T0)).isInstanceOf(KafkaStorageException.class);
    assertThat(replicas.offline()).containsOnlyKeys(T0);
    assertThat(replicas.require(new TopicPartition("t", 1)).isLeader()).isTrue();
  }

  /** Else a partition with records would be a new one without any. */
  @Test
  void oneBitOfATopicsIdDoesNotMakeItsFilesAnothers() throws IOException {
    Files.createDirectories(path.resolve("t-0"));
    byte[] id = FIRST.toString().getBytes(StandardCharsets.UTF_8);
    id[3] ^= 2;
    Files.writeString(
        path.resolve("t-0/partition.metadata"),
        "version: 0\ntopic_id: " + new String(id, StandardCharsets.UTF_8));
    Files.writeString(path.resolve("t-0/00000000000000000000.log"), "data");
    replicas.reconcile(withTopic(FIRST, led(1, 0))).join();
    assertThatThrownBy(() -> replicas.require(T0)).isInstanceOf(KafkaStorageException.class);
    assertThat(replicas.offline()).containsOnlyKeys(T0);
    assertThat(folders()).contains("t-0").noneMatch(name -> name.endsWith("-stray"));
  }
}
