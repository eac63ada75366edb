package io.barnabas.server.replication;

import io.barnabas.metadata.AssignReplicasToDirs;
import io.barnabas.metadata.AssignReplicasToDirs.Assignment;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.quorum.Leadership;
import io.barnabas.replica.DamageReports;
import io.barnabas.server.control.Controller;
import io.barnabas.server.membership.NodeIdentity;
import io.barnabas.server.peers.Peers;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.DirectoryData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.PartitionData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.TopicData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the active controller in which directory this broker's replicas are, where the cluster
 * holds another one: a disk was replaced, or it was not known when they were placed, or a replica's
 * data was found damaged, or is in good order again. What the controller refuses for a partition is
 * told again once that partition has changed. A thread of its own does that.
 */
final class DirectoryReports implements DamageReports, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryReports.class);
  private static final int MAX_BATCH = 2_000;
  private static final int TIMEOUT_MS = 5_000;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MOST_DOUBLINGS = 9;

  private final NodeIdentity self;
  private final Uuid directory;
  private final Controller controller;
  private final Peers peers;
  private final World world;
  private final Monitor monitor;
  private final WorldThread thread;

  // Under the monitor.
  private ClusterImage newest = ClusterImage.empty("");

  /** What is known here of replicas' data: whether it is in good order. */
  private final Map<Replica, Boolean> told = new HashMap<>();

  /** The topics of which something was told since the last look. */
  private Set<Uuid> news = new HashSet<>();

  private boolean closed;

  private record Replica(Uuid topicId, int partition) {}

  // The thread's own.
  private ClusterImage looked = ClusterImage.empty("");
  private final Map<Uuid, List<Assignment>> elsewhere = new HashMap<>();
  private final Map<Assignment, PartitionImage> refused = new HashMap<>();
  private Map<Replica, Boolean> soundness = Map.of();
  private int failures;

  /**
   * Looks at each image from now on.
   *
   * @param directory the only one of this node
   */
  DirectoryReports(
      World world, NodeIdentity self, Uuid directory, Controller controller, Peers peers) {
    this.world = world;
    this.self = self;
    this.directory = directory;
    this.controller = controller;
    this.peers = peers;
    monitor = world.threads().newMonitor();
    controller.onImage(this::accept);
    thread = world.threads().startVirtual("barnabas-directories", this::run);
  }

  private void accept(ClusterImage image) {
    monitor.lock();
    try {
      newest = image;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  @Override
  public void damaged(TopicIdPartition id) {
    tell(id, false);
  }

  @Override
  public void sound(TopicIdPartition id) {
    tell(id, true);
  }

  private void tell(TopicIdPartition id, boolean sound) {
    monitor.lock();
    try {
      told.put(new Replica(id.topicId(), id.partition()), sound);
      news.add(id.topicId());
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  private void run() {
    while (awaitNews()) {
      look();
      if (hasToTell()) {
        List<Assignment> batch =
            elsewhere.values().stream().flatMap(List::stream).limit(MAX_BATCH).toList();
        Outcome outcome = await(send(registration().orElseThrow().epoch(), batch));
        outcome
            .problem()
            .ifPresent(why -> LOG.info("The cluster has not heard where replicas are: {}", why));
        setAside(outcome.refused());
        failures = outcome.problem().isPresent() ? Math.min(failures + 1, MOST_DOUBLINGS) : 0;
        pause(FIRST_PAUSE_NANOS << failures);
      }
    }
  }

  /**
   * Before the cluster knows of this start and its directory it would not take anything in. A node
   * that is alone has none there.
   */
  private Optional<Fact.BrokerImage> registration() {
    return looked
        .broker(self.id())
        .filter(broker -> broker.incarnation().equals(self.incarnation()))
        .filter(each -> each.directories().isEmpty() || each.directories().contains(directory));
  }

  private boolean hasToTell() {
    return !elsewhere.isEmpty() && registration().isPresent();
  }

  /** Waits while there is nothing to look at and nothing to tell; false at the end. */
  private boolean awaitNews() {
    boolean idle = !hasToTell();
    monitor.lock();
    try {
      while (!closed && idle && news.isEmpty() && newest.version() == looked.version()) {
        monitor.await();
      }
      return !closed;
    } finally {
      monitor.unlock();
    }
  }

  /** What was refused, as long as the partitions are as they were looked at. */
  private void setAside(Map<Assignment, Errors> answers) {
    if (answers.isEmpty()) {
      return;
    }
    answers
        .keySet()
        .forEach(
            each ->
                looked
                    .partition(each.topicId(), each.partition())
                    .ifPresent(partition -> refused.put(each, partition)));
    answers.keySet().stream()
        .map(Assignment::topicId)
        .distinct()
        .flatMap(topic -> looked.topicById(topic).stream())
        .forEach(topic -> look(looked, topic));
    warn(answers);
  }

  private void warn(Map<Assignment, Errors> answers) {
    List<String> lost =
        answers.entrySet().stream()
            .filter(each -> each.getValue() == Errors.KAFKA_STORAGE_ERROR)
            .map(each -> name(each.getKey()))
            .sorted()
            .toList();
    if (!lost.isEmpty()) {
      LOG.warn(
          "Of {} partitions, {} the first, this broker had the only replica in sync, in a directory"
              + " that is gone. Put the old disk back, or have another replica lead by an unclean"
              + " election (which loses records), or delete the topic if there is none",
          lost.size(),
          lost.getFirst());
    }
    answers.entrySet().stream()
        .filter(each -> each.getValue() != Errors.KAFKA_STORAGE_ERROR)
        .findFirst()
        .ifPresent(
            each ->
                LOG.info(
                    "The cluster does not take in where replicas are, {} for one: {}",
                    name(each.getKey()),
                    each.getValue().message()));
  }

  private String name(Assignment each) {
    return "%s-%d"
        .formatted(
            looked
                .topicById(each.topicId())
                .map(TopicImage::name)
                .orElse(each.topicId().toString()),
            each.partition());
  }

  private void pause(long nanos) {
    long until = world.clock().nanoTime() + nanos;
    monitor.lock();
    try {
      while (!closed && world.clock().nanoTime() - until < 0) {
        monitor.awaitUntil(until);
      }
    } finally {
      monitor.unlock();
    }
  }

  /** Finds what the cluster holds otherwise, in the topics of which there is news. */
  private void look() {
    ClusterImage image;
    Set<Uuid> withNews;
    monitor.lock();
    try {
      image = newest;
      withNews = news;
      news = new HashSet<>();
      told.keySet().removeIf(each -> !isHere(image, each));
      soundness = Map.copyOf(told);
    } finally {
      monitor.unlock();
    }
    elsewhere.keySet().retainAll(image.topics().keySet());
    refused
        .entrySet()
        .removeIf(
            each ->
                image
                    .partition(each.getKey().topicId(), each.getKey().partition())
                    .filter(each.getValue()::equals)
                    .isEmpty());
    for (TopicImage topic : image.topics().values()) {
      if (withNews.contains(topic.id()) || !topic.equals(looked.topics().get(topic.id()))) {
        look(image, topic);
      }
    }
    looked = image;
  }

  private boolean isHere(ClusterImage image, Replica replica) {
    return image
        .partition(replica.topicId(), replica.partition())
        .filter(partition -> partition.replicas().contains(self.id()))
        .isPresent();
  }

  private void look(ClusterImage image, TopicImage topic) {
    // The directories of a node that is alone are not kept, only what is damaged.
    boolean alone =
        image.broker(self.id()).filter(each -> each.directories().isEmpty()).isPresent();
    List<Assignment> found = new ArrayList<>();
    topic
        .partitions()
        .forEach(
            (number, partition) -> {
              Uuid known = partition.directoryOf(self.id());
              Uuid is = actual(new Replica(topic.id(), number), known, alone ? known : directory);
              Assignment here = new Assignment(topic.id(), number, is);
              if (partition.replicas().contains(self.id())
                  && !is.equals(known)
                  && !refused.containsKey(here)) {
                found.add(here);
              }
            });
    if (found.isEmpty()) {
      elsewhere.remove(topic.id());
    } else {
      elsewhere.put(topic.id(), found);
    }
  }

  /** Where a replica is that the cluster holds to be in a directory. */
  private Uuid actual(Replica replica, Uuid known, Uuid usual) {
    Boolean sound = soundness.get(replica);
    if (sound == null) {
      // What an earlier start of the node found damaged is so until something else is told.
      return known.equals(PartitionImage.LOST) ? known : usual;
    }
    return !sound ? PartitionImage.LOST : known.equals(PartitionImage.LOST) ? directory : usual;
  }

  /**
   * What has become of a batch.
   *
   * @param problem why all of it has come to nothing for now, if so
   * @param refused what was not taken in, and why
   */
  private record Outcome(Optional<String> problem, Map<Assignment, Errors> refused) {
    static final Outcome TAKEN_IN = new Outcome(Optional.empty(), Map.of());

    static Outcome failed(String why) {
      return new Outcome(Optional.of(why), Map.of());
    }
  }

  private CompletableFuture<Outcome> send(long epoch, List<Assignment> batch) {
    Leadership leadership = controller.leadership();
    if (leadership.active()) {
      return controller
          .submit(new AssignReplicasToDirs(self.id(), epoch, batch))
          .handle(
              (results, failure) ->
                  failure == null
                      ? decided(results)
                      : Outcome.failed(String.valueOf(failure.getMessage())));
    }
    return leadership.leaderId().stream()
        .boxed()
        .findFirst()
        .flatMap(leader -> self.controllerEndpoint(controller.image(), leader))
        .map(
            to ->
                peers
                    .send(
                        to,
                        ApiKeys.ASSIGN_REPLICAS_TO_DIRS,
                        (short) 0,
                        request(epoch, batch),
                        TIMEOUT_MS)
                    .handle(
                        (answer, failure) ->
                            failure == null
                                ? answered((AssignReplicasToDirsResponseData) answer)
                                : Outcome.failed(String.valueOf(failure.getMessage()))))
        .orElseGet(
            () -> CompletableFuture.completedFuture(Outcome.failed("no controller is active")));
  }

  private static Outcome decided(List<AssignReplicasToDirs.Result> results) {
    Map<Assignment, Errors> refused = new HashMap<>();
    for (AssignReplicasToDirs.Result each : results) {
      if (each.error() != Errors.NONE) {
        refused.put(each.assignment(), each.error());
      }
    }
    return new Outcome(Optional.empty(), refused);
  }

  private static Outcome answered(AssignReplicasToDirsResponseData answer) {
    if (answer.errorCode() != 0) {
      return Outcome.failed(Errors.forCode(answer.errorCode()).message());
    }
    Map<Assignment, Errors> refused = new HashMap<>();
    for (var inDirectory : answer.directories()) {
      for (var topic : inDirectory.topics()) {
        for (var each : topic.partitions()) {
          if (each.errorCode() != 0) {
            refused.put(
                new Assignment(topic.topicId(), each.partitionIndex(), inDirectory.id()),
                Errors.forCode(each.errorCode()));
          }
        }
      }
    }
    return new Outcome(Optional.empty(), refused);
  }

  private AssignReplicasToDirsRequestData request(long epoch, List<Assignment> batch) {
    Map<Uuid, Map<Uuid, TopicData>> inDirectories = new LinkedHashMap<>();
    for (Assignment each : batch) {
      inDirectories
          .computeIfAbsent(each.directory(), id -> new LinkedHashMap<>())
          .computeIfAbsent(each.topicId(), id -> new TopicData().setTopicId(id))
          .partitions()
          .add(new PartitionData().setPartitionIndex(each.partition()));
    }
    List<DirectoryData> directories = new ArrayList<>();
    inDirectories.forEach(
        (id, topics) ->
            directories.add(new DirectoryData().setId(id).setTopics(List.copyOf(topics.values()))));
    return new AssignReplicasToDirsRequestData()
        .setBrokerId(self.id())
        .setBrokerEpoch(epoch)
        .setDirectories(directories);
  }

  private Outcome await(CompletableFuture<Outcome> answer) {
    var _ = answer.thenRun(this::wake);
    monitor.lock();
    try {
      while (!answer.isDone() && !closed) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
    return answer.isDone() ? answer.join() : Outcome.TAKEN_IN;
  }

  private void wake() {
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** Tells nothing any more. */
  @Override
  public void close() {
    monitor.lock();
    try {
      closed = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    thread.join();
  }
}
