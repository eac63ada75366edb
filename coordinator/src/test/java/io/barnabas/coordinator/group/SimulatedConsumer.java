package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A client of the consumer protocol. Answers may be lost, and then it says all about itself; else
 * it says what it has only after that has changed, as Kafka's do.
 */
final class SimulatedConsumer {
  static final int REBALANCE_MS = 30_000;
  private static final int VERSION = 1;
  private static final int COMMIT_VERSION = 10;

  private final MachineDriver driver;
  private final String id;
  private final @Nullable String instanceId;
  private List<String> names = List.of();
  private @Nullable String regex;
  private @Nullable String assignor;
  private int epoch;
  private boolean saysAll = true;
  private boolean dead;

  /** What it reads, and how far it has. */
  private final Map<PartitionId, Long> owned = new TreeMap<>();

  /** What it was given last, which it comes to when it has the time. */
  private Optional<NavigableSet<PartitionId>> given = Optional.empty();

  /** What it is about to come to, whatever it is given meanwhile. */
  private Optional<NavigableSet<PartitionId>> underway = Optional.empty();

  /** Whether it has come to something and not said so. */
  private boolean hasNews;

  SimulatedConsumer(MachineDriver driver, String id, @Nullable String instanceId) {
    this.driver = driver;
    this.id = id;
    this.instanceId = instanceId;
  }

  SimulatedConsumer reading(String... topics) {
    names = List.of(topics);
    saysAll = true;
    return this;
  }

  SimulatedConsumer matching(String expression) {
    regex = expression;
    saysAll = true;
    return this;
  }

  SimulatedConsumer assignedBy(String name) {
    assignor = name;
    return this;
  }

  String id() {
    return id;
  }

  @Nullable String instanceId() {
    return instanceId;
  }

  int epoch() {
    return epoch;
  }

  /** Whether another one has taken its place. */
  boolean isDead() {
    return dead;
  }

  Set<PartitionId> owned() {
    return new TreeSet<>(owned.keySet());
  }

  /** Begins anew, with nothing. */
  void forgetAll() {
    owned.clear();
    given = Optional.empty();
    underway = Optional.empty();
    epoch = 0;
    saysAll = true;
  }

  private ConsumerGroupHeartbeatRequestData request() {
    ConsumerGroupHeartbeatRequestData request =
        new ConsumerGroupHeartbeatRequestData()
            .setGroupId(Commands.GROUP)
            .setMemberId(id)
            .setMemberEpoch(epoch)
            .setInstanceId(instanceId);
    if (saysAll) {
      request
          .setRebalanceTimeoutMs(REBALANCE_MS)
          .setSubscribedTopicNames(names)
          .setSubscribedTopicRegex(regex)
          .setServerAssignor(assignor);
    } else if (!hasNews) {
      return request;
    }
    Map<Uuid, List<Integer>> byTopic = new TreeMap<>();
    owned
        .keySet()
        .forEach(
            each ->
                byTopic.computeIfAbsent(each.topic(), _ -> new ArrayList<>()).add(each.number()));
    List<TopicPartitions> topics = new ArrayList<>();
    byTopic.forEach(
        (topic, numbers) ->
            topics.add(new TopicPartitions().setTopicId(topic).setPartitions(numbers)));
    return request.setTopicPartitions(topics);
  }

  ConsumerGroupHeartbeatResponseData ask(
      ConsumerGroupHeartbeatRequestData request, ClusterImage image) {
    long waiter =
        driver.ask(
            new GroupCommand.ConsumerHeartbeat(
                request,
                VERSION,
                new GroupCommand.Client("c", "/10.0.0.1"),
                "drawn",
                image,
                RegexSearch.unknown(
                        request, VERSION, driver.state(), MachineDriver.CONSUMERS.assignors())
                    .flatMap(unknown -> RegexMatches.of(unknown, image))));
    return driver.answered(waiter, ConsumerGroupHeartbeatResponseData.class);
  }

  /** Reports; the answer does not come if it is lost. */
  Errors heartbeat(ClusterImage image, boolean isLost) {
    if (saysAll) {
      // While it is about to come to something, nobody could take that it has nothing for an
      // answer; Kafka's coordinators do.
      finishReconciling();
    }
    ConsumerGroupHeartbeatResponseData answer = ask(request(), image);
    if (isLost) {
      saysAll = true;
      return Errors.NETWORK_EXCEPTION;
    }
    Errors error = Errors.forCode(answer.errorCode());
    switch (error) {
      case NONE -> {
        epoch = answer.memberEpoch();
        saysAll = false;
        hasNews = false;
        if (answer.assignment() != null) {
          given = Optional.of(partitions(answer.assignment().topicPartitions()));
        }
      }
      case FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND -> forgetAll();
      case UNRELEASED_INSTANCE_ID, GROUP_MAX_SIZE_REACHED -> saysAll = true;
      case FENCED_INSTANCE_ID -> dead = true;
      default -> throw new AssertionError(answer.toString());
    }
    return error;
  }

  private static NavigableSet<PartitionId> partitions(
      Collection<ConsumerGroupHeartbeatResponseData.TopicPartitions> topics) {
    NavigableSet<PartitionId> partitions = new TreeSet<>();
    topics.forEach(
        topic ->
            topic.partitions().forEach(n -> partitions.add(new PartitionId(topic.topicId(), n))));
    return partitions;
  }

  /** Comes to what it was given. */
  void reconcile() {
    finishReconciling();
    beginReconciling();
    finishReconciling();
  }

  /** Gives up what it has to, unless it is still busy with what it was given before. */
  void beginReconciling() {
    if (given.isPresent() && underway.isEmpty()) {
      owned.keySet().retainAll(given.get());
      underway = given;
      given = Optional.empty();
    }
  }

  /** Takes what it was given when it began to. */
  void finishReconciling() {
    if (underway.isEmpty()) {
      return;
    }
    for (PartitionId partition : underway.get()) {
      owned.computeIfAbsent(
          partition,
          each ->
              driver.offset(Commands.GROUP, named(each)).map(CommittedOffset::offset).orElse(0L));
    }
    underway = Optional.empty();
    hasNews = true;
  }

  private static TopicPartition named(PartitionId partition) {
    return new TopicPartition(partition.topic().toString(), partition.number());
  }

  /** Commits one more record of a partition that it takes for its own. */
  Optional<Errors> commit(int which) {
    List<PartitionId> mine = List.copyOf(owned.keySet());
    if (mine.isEmpty()) {
      return Optional.empty();
    }
    PartitionId partition = mine.get(which % mine.size());
    long before =
        driver.offset(Commands.GROUP, named(partition)).map(CommittedOffset::offset).orElse(0L);
    long offset = owned.merge(partition, 1L, Long::sum);
    OffsetCommitRequestTopic topic =
        new OffsetCommitRequestTopic()
            .setName(named(partition).topic())
            .setTopicId(partition.topic())
            .setPartitions(
                List.of(
                    new OffsetCommitRequestPartition()
                        .setPartitionIndex(partition.number())
                        .setCommittedOffset(offset)
                        .setCommittedMetadata("")));
    long waiter =
        driver.ask(
            new GroupCommand.Commit(
                new OffsetCommitRequestData()
                    .setGroupId(Commands.GROUP)
                    .setMemberId(id)
                    .setGenerationIdOrMemberEpoch(epoch)
                    .setTopics(List.of(topic)),
                COMMIT_VERSION));
    Errors error =
        Errors.forCode(
            driver
                .answered(waiter, OffsetCommitResponseData.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    if (error == Errors.NONE) {
      assertThat(offset).as("%s of %s", partition, id).isGreaterThan(before);
    } else {
      // It is read again from where the next owner begins.
      owned.merge(partition, -1L, Long::sum);
    }
    return Optional.of(error);
  }

  /** Leaves; a static member for a while only. */
  void leave(ClusterImage image) {
    if (epoch > 0) {
      int last = instanceId == null ? HeartbeatChecks.LEAVES : CurrentAssignment.AWAY;
      ask(request().setMemberEpoch(last), image);
    }
    forgetAll();
  }
}
