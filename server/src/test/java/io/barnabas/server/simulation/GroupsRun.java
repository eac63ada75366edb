package io.barnabas.server.simulation;

import io.barnabas.coordinator.Coordinator;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.simulation.GroupHistory.Asked;
import io.barnabas.server.simulation.GroupHistory.Place;
import io.barnabas.server.simulation.GroupHistory.Told;
import io.barnabas.world.WorldThread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;

/**
 * One seed: a cluster with groups, whose members come and go while things go wrong. No member is
 * taken for the owner of what another one has, no acknowledged commit is lost, and none is taken of
 * somebody who has lost his partition to another one. Then all faults end, members stay, and within
 * a bounded time each partition has one owner, who can commit.
 */
public final class GroupsRun extends ClusterRun {
  private static final int MOST_FAULTS = 5;
  private static final int MEMBERS = 3;

  /** What all groups read. */
  private static final List<String> SUBSCRIBED = List.of("a", "b");

  /** Short times, so that members are lost in a short run. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("offsets.topic.num.partitions", "2"),
          Map.entry("offsets.commit.timeout.ms", "600"),
          Map.entry("group.initial.rebalance.delay.ms", "100"),
          Map.entry("group.min.session.timeout.ms", "100"),
          Map.entry("group.consumer.session.timeout.ms", "" + GroupMember.SESSION_MS),
          Map.entry("group.consumer.min.session.timeout.ms", "100"),
          Map.entry("group.consumer.heartbeat.interval.ms", "200"),
          Map.entry("group.consumer.min.heartbeat.interval.ms", "100"),
          Map.entry("group.consumer.assignment.interval.ms", "100"));

  /** Which protocols members speak. */
  private enum Kind {
    CLASSIC,
    CONSUMER,
    BOTH
  }

  private final Kind kind;
  private final GroupHistory groups = new GroupHistory();
  private final GroupOperator operator = new GroupOperator(this);
  private final Map<String, Uuid> ids = new HashMap<>();
  private final List<GroupMember> members = new ArrayList<>();
  private final List<WorldThread> clients = new ArrayList<>();
  private final List<String> clientNames = new ArrayList<>();
  private boolean over;

  private GroupsRun(long seed) {
    super(seed, SETTINGS);
    kind = Kind.values()[(int) Math.floorMod(seed / 2, 3L)];
  }

  /** What a run was about. */
  public record Result(long acknowledged, long refused, long traceHash) {}

  /**
   * Runs a seed.
   *
   * @throws AssertionError if something was wrong; the message has the seed
   */
  public static Result run(long seed) {
    GroupsRun run = new GroupsRun(seed);
    run.carryOut();
    return new Result(run.groups.acknowledged(), run.groups.refused(), run.world().traceHash());
  }

  @Override
  String seenUntilThen() {
    return " " + groups.anomalies();
  }

  @Override
  void runAll() {
    nodes().ids().forEach(nodes()::start);
    await("all nodes take part", () -> nodes().running().size() == nodes().ids().size());
    operator.createTopics();
    for (String topic : SUBSCRIBED) {
      ids.put(topic, nodes().newest().topicByName(topic).map(TopicImage::id).orElseThrow());
    }
    startMembers();
    sleep(below(1_000));
    Faults faults = new Faults(this, operator.common(), operator.all(), clientNames);
    int count = 1 + below(MOST_FAULTS);
    for (int i = 0; i < count; i++) {
      sleep(below(500));
      faults.next();
    }
    sleep(below(600));
    Wholeness wholeness = new Wholeness(this, () -> {});
    nodes().heal(clientNames);
    long peace = now();
    await("the cluster is whole again", wholeness::isWhole, () -> wholeness + " " + nodes());
    await("groups are settled", () -> areSettledSince(peace), this::states);
    await("all is committed as acknowledged", this::lookAtAll, this::states);
    over = true;
    await("clients end", () -> clients.stream().noneMatch(WorldThread::isAlive), this::states);
    await("all replicas are the same", wholeness::isSettled, wholeness::toString);
    operator.close();
    check();
  }

  private void check() {
    String impossible =
        HistoryChecker.check(history().events(), Map.of()).stream()
            .limit(3)
            .map(Object::toString)
            .collect(Collectors.joining("; "));
    if (!impossible.isEmpty() || !groups.anomalies().isEmpty()) {
      throw new AssertionError(impossible);
    }
  }

  // --- members

  private void startMembers() {
    int count = 1 + below(2);
    for (int group = 0; group < count; group++) {
      for (int i = 0; i < MEMBERS; i++) {
        start("m%d%d".formatted(group, i), "g" + group, i);
      }
    }
  }

  private void start(String name, String group, int number) {
    boolean isStatic = below(3) == 0;
    boolean speaksConsumer =
        kind == Kind.CONSUMER || (kind == Kind.BOTH && (number == 0 || below(2) == 0));
    GroupMember member =
        speaksConsumer
            ? new ConsumerGroupMember(this, name, group, isStatic, below(3) == 0)
            : new ClassicGroupMember(this, name, group, isStatic);
    members.add(member);
    clientNames.add(name);
    clients.add(world().machine(name).threads().startVirtual(name, member));
  }

  /** Whether each partition has one owner in each group, who has committed since then. */
  private boolean areSettledSince(long nanos) {
    List<String> names = members.stream().map(GroupMember::group).distinct().toList();
    for (String group : names) {
      for (TopicPartition partition : partitions()) {
        long owners =
            members.stream()
                .filter(each -> each.group().equals(group) && each.held().contains(partition))
                .count();
        if (owners != 1 || !groups.isCommittedSince(new Place(group, partition), nanos)) {
          return false;
        }
      }
    }
    return names.stream().allMatch(operator::isStable);
  }

  private boolean lookAtAll() {
    return members.stream()
        .map(GroupMember::group)
        .distinct()
        .allMatch(group -> operator.look(group));
  }

  private String states() {
    return members + " " + groups.anomalies() + " " + nodes();
  }

  // --- what the parts of a run use

  GroupHistory groups() {
    return groups;
  }

  List<GroupMember> members() {
    return members;
  }

  /** Whether members are to come to an end. */
  boolean isOver() {
    return over;
  }

  /**
   * Whether no epoch of a group is ever used twice: a group that has lost its last member and goes
   * on in the other protocol begins to count anew.
   */
  boolean hasEpochsOnce() {
    return kind != Kind.BOTH;
  }

  List<String> subscribed() {
    return SUBSCRIBED;
  }

  /** All that there is to be read, in an order of its own. */
  List<TopicPartition> partitions() {
    ClusterImage image = nodes().newest();
    List<TopicPartition> all = new ArrayList<>();
    for (String topic : SUBSCRIBED) {
      int count = image.topicByName(topic).map(each -> each.partitions().size()).orElse(0);
      for (int i = 0; i < count; i++) {
        all.add(new TopicPartition(topic, i));
      }
    }
    return all;
  }

  Uuid idOf(String topic) {
    return ids.getOrDefault(topic, Uuid.ZERO_UUID);
  }

  String nameOf(Uuid id) {
    return ids.entrySet().stream()
        .filter(entry -> entry.getValue().equals(id))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("of " + id);
  }

  /** Where a group's partition is as a node knows it. */
  private Optional<PartitionImage> coordinator(ClusterImage image, String group) {
    return image
        .topicByName(Topic.GROUP_METADATA_TOPIC_NAME)
        .map(
            topic ->
                topic.partitions().get(Coordinator.partitionOf(group, topic.partitions().size())));
  }

  /** Who coordinates a group, as far as anybody knows. */
  int leader(String group) {
    return coordinator(nodes().newest(), group)
        .map(PartitionImage::leader)
        .orElse(PartitionImage.NO_LEADER);
  }

  private Optional<Integer> leaderEpoch(int node, String group) {
    ToIntFunction<PartitionImage> epoch = PartitionImage::leaderEpoch;
    return nodes().image(node).flatMap(image -> coordinator(image, group)).map(epoch::applyAsInt);
  }

  /** Somebody is about to ask a node about a group. */
  Asked asking(int node, String group) {
    return new Asked(node, leaderEpoch(node, group).orElse(-1), now());
  }

  /** Somebody has been told what he asked. */
  Told told(Asked asked, String group) {
    return new Told(leaderEpoch(asked.node(), group).orElse(Integer.MAX_VALUE), now());
  }

  @Override
  List<String> topics() {
    return List.of("a", "b", Topic.GROUP_METADATA_TOPIC_NAME);
  }

  @Override
  boolean isUnforced(String topic) {
    return false;
  }
}
