package io.barnabas.server.control;

import io.barnabas.metadata.AllocateProducerIds;
import io.barnabas.metadata.AlterPartition;
import io.barnabas.metadata.AlterPartitionReassignments;
import io.barnabas.metadata.AssignReplicasToDirs;
import io.barnabas.metadata.BrokerHeartbeat;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.CreatePartitions;
import io.barnabas.metadata.CreateTopics;
import io.barnabas.metadata.DeleteTopics;
import io.barnabas.metadata.ElectLeaders;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.FenceBrokers;
import io.barnabas.metadata.GroupBounds;
import io.barnabas.metadata.IncrementalAlterConfigs;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.RegisterBroker;
import io.barnabas.metadata.RestorePreferredLeaders;
import io.barnabas.metadata.TopicDefaults;
import io.barnabas.metadata.TopicImage;
import io.barnabas.metadata.UnregisterBroker;
import io.barnabas.world.Randomness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What clients, brokers and leaders ask of a controller, on the ground of an image that may be old:
 * mostly sensible, often late.
 */
final class ClusterCommands {
  static final int BROKERS = 5;

  private static final List<String> TOPICS = List.of("a", "b", "c", "d");
  private static final TopicDefaults DEFAULTS = new TopicDefaults(2, 2, Map.of());
  private static final ConfigDef BROKER_SETTINGS =
      new ConfigDef()
          .define("min.insync.replicas", ConfigDef.Type.INT, 1, ConfigDef.Importance.LOW, "")
          .define(
              "unclean.leader.election.enable",
              ConfigDef.Type.BOOLEAN,
              false,
              ConfigDef.Importance.LOW,
              "");

  private final Randomness random;
  private long lastId;

  ClusterCommands(Randomness random) {
    this.random = random;
  }

  Command<?> next(ClusterImage image) {
    int some = broker();
    if (image.broker(some).isEmpty()) {
      return register(image, some);
    }
    if (!image.broker(some).orElseThrow().isActive() && oneIn(2)) {
      return oneIn(4) ? register(image, some) : heartbeat(image, some);
    }
    return switch (below(40)) {
      case 0 -> register(image, some);
      case 1, 2, 3, 4, 5, 6 -> createTopics();
      case 7 -> new DeleteTopics(List.of(DeleteTopics.Named.byName(pick(TOPICS))));
      case 8 ->
          new CreatePartitions(
              List.of(new CreatePartitions.Growth(pick(TOPICS), 1 + below(4), Optional.empty())),
              false);
      case 9, 10 -> configs();
      case 11 -> fence(image);
      case 12 -> oneIn(3) ? new UnregisterBroker(some) : heartbeat(image, some);
      case 13, 14 -> elect();
      case 15 -> new RestorePreferredLeaders(1 + below(3));
      case 16, 17 -> reassign();
      case 18 -> directories(image);
      case 19 -> new AllocateProducerIds(broker(), epoch(image, broker()));
      case 20, 21, 22, 23 -> heartbeat(image, some);
      default -> alterPartition(image);
    };
  }

  private RegisterBroker register(ClusterImage image, int id) {
    Optional<Fact.BrokerImage> before = image.broker(id);
    Uuid incarnation =
        before.isPresent() && oneIn(4) ? before.get().incarnation() : new Uuid(2, ++lastId);
    List<Uuid> directories = id % 2 == 0 ? List.of() : List.of(new Uuid(3, id));
    return new RegisterBroker(
        id,
        incarnation,
        Optional.of("rack" + id % 2),
        List.of(),
        directories,
        List.of(),
        pick(List.of(RegisterBroker.Files.values())),
        -1,
        Optional.empty(),
        oneIn(4),
        false);
  }

  private CreateTopics createTopics() {
    int replicas = 1 + below(3);
    Map<String, Optional<String>> configs =
        oneIn(2)
            ? Map.of("min.insync.replicas", Optional.of(String.valueOf(1 + below(3))))
            : Map.of();
    return new CreateTopics(
        List.of(
            new CreateTopics.NewTopic(pick(TOPICS), 1 + below(3), replicas, List.of(), configs)),
        false,
        DEFAULTS,
        () -> new Uuid(4, ++lastId));
  }

  private IncrementalAlterConfigs configs() {
    ConfigResource resource =
        oneIn(4)
            ? new ConfigResource(ConfigResource.Type.BROKER, "")
            : new ConfigResource(ConfigResource.Type.TOPIC, pick(TOPICS));
    IncrementalAlterConfigs.Op op =
        oneIn(3)
            ? new IncrementalAlterConfigs.Op(
                "unclean.leader.election.enable", OpType.SET, Optional.of(String.valueOf(oneIn(3))))
            : new IncrementalAlterConfigs.Op(
                "min.insync.replicas",
                oneIn(4) ? OpType.DELETE : OpType.SET,
                Optional.of(String.valueOf(1 + below(3))));
    return new IncrementalAlterConfigs(
        List.of(new IncrementalAlterConfigs.Change(resource, List.of(op))),
        false,
        Map.of(),
        BROKER_SETTINGS,
        GroupBounds.DEFAULTS);
  }

  private FenceBrokers fence(ClusterImage image) {
    List<FenceBrokers.Incarnation> gone = new ArrayList<>();
    for (int i = 0; i <= below(2); i++) {
      int id = broker();
      gone.add(new FenceBrokers.Incarnation(id, epoch(image, id)));
    }
    return new FenceBrokers(gone);
  }

  private BrokerHeartbeat heartbeat(ClusterImage image, int id) {
    List<Uuid> offline = oneIn(20) ? List.of(new Uuid(3, id)) : List.of();
    return new BrokerHeartbeat(
        id, epoch(image, id), image.version(), oneIn(12), oneIn(10), offline);
  }

  private ElectLeaders elect() {
    ElectionType type = oneIn(3) ? ElectionType.UNCLEAN : ElectionType.PREFERRED;
    return new ElectLeaders(
        type,
        oneIn(3)
            ? Optional.empty()
            : Optional.of(List.of(new TopicPartition(pick(TOPICS), below(3)))));
  }

  private AlterPartitionReassignments reassign() {
    List<Integer> brokers = new ArrayList<>();
    int first = below(BROKERS);
    int count = 1 + below(3);
    for (int i = 0; i < count; i++) {
      brokers.add((first + i) % BROKERS + 1);
    }
    return new AlterPartitionReassignments(
        List.of(
            new AlterPartitionReassignments.Target(
                new TopicPartition(pick(TOPICS), below(3)),
                oneIn(5) ? Optional.empty() : Optional.of(brokers))),
        true);
  }

  private AssignReplicasToDirs directories(ClusterImage image) {
    int id = broker();
    List<AssignReplicasToDirs.Assignment> all = new ArrayList<>();
    for (String name : TOPICS) {
      image
          .topicByName(name)
          .ifPresent(
              topic ->
                  all.add(new AssignReplicasToDirs.Assignment(topic.id(), 0, new Uuid(3, id))));
    }
    return new AssignReplicasToDirs(id, epoch(image, id), all);
  }

  /** From all leaders that there are in the image, or from one that only was. */
  private AlterPartition alterPartition(ClusterImage image) {
    int leader = someLeader(image);
    List<AlterPartition.Change> changes = new ArrayList<>();
    for (String name : TOPICS) {
      TopicImage topic = image.topicByName(name).orElse(null);
      for (int number = 0; topic != null && number < topic.partitions().size(); number++) {
        PartitionImage partition = image.partition(topic.id(), number).orElseThrow();
        if ((partition.leader() == leader && oneIn(2)) || oneIn(20)) {
          changes.add(change(image, topic, number, partition, leader));
        }
      }
    }
    return new AlterPartition(leader, epoch(image, leader), changes);
  }

  private int someLeader(ClusterImage image) {
    TopicImage topic = image.topicByName(pick(TOPICS)).orElse(null);
    PartitionImage first = topic == null ? null : topic.partitions().get(0);
    return first == null || first.leader() < 0 ? broker() : first.leader();
  }

  private AlterPartition.Change change(
      ClusterImage image, TopicImage topic, int number, PartitionImage partition, int leader) {
    List<AlterPartition.Member> isr = new ArrayList<>();
    boolean growing = oneIn(2);
    for (int id : partition.replicas()) {
      if (id == leader || (growing ? !oneIn(4) : oneIn(3))) {
        isr.add(
            new AlterPartition.Member(
                id, oneIn(3) ? AlterPartition.UNKNOWN_EPOCH : epoch(image, id)));
      }
    }
    return new AlterPartition.Change(
        topic.id(),
        number,
        partition.leaderEpoch(),
        partition.partitionEpoch() - (oneIn(20) ? 1 : 0),
        isr,
        false);
  }

  private long epoch(ClusterImage image, int id) {
    return image.broker(id).map(Fact.BrokerImage::epoch).orElse(0L) - (oneIn(25) ? 1 : 0);
  }

  private int broker() {
    return 1 + below(BROKERS);
  }

  private <T> T pick(List<T> values) {
    return values.get(below(values.size()));
  }

  private boolean oneIn(int count) {
    return below(count) == 0;
  }

  private int below(int bound) {
    return random.nextInt(bound);
  }
}
