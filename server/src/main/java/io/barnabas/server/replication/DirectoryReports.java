package io.barnabas.server.replication;

import io.barnabas.metadata.AssignReplicasToDirs;
import io.barnabas.metadata.AssignReplicasToDirs.Assignment;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.TopicImage;
import io.barnabas.quorum.Leadership;
import io.barnabas.server.control.Controller;
import io.barnabas.server.membership.NodeIdentity;
import io.barnabas.server.peers.Peers;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
 * holds another one: a disk was replaced, or it was not known when they were placed. A thread of
 * its own does that.
 */
final class DirectoryReports implements AutoCloseable {
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
  private boolean closed;

  // The thread's own.
  private ClusterImage looked = ClusterImage.empty("");
  private final Map<Uuid, List<Assignment>> elsewhere = new HashMap<>();
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

  private void run() {
    while (awaitNews()) {
      look();
      Optional<Fact.BrokerImage> broker = looked.broker(self.id()).filter(this::isThisStart);
      if (broker.isPresent() && !elsewhere.isEmpty()) {
        List<Assignment> batch =
            elsewhere.values().stream().flatMap(List::stream).limit(MAX_BATCH).toList();
        Optional<String> problem = await(send(broker.get().epoch(), batch));
        problem.ifPresent(why -> LOG.info("The cluster has not heard where replicas are: {}", why));
        failures = problem.isPresent() ? Math.min(failures + 1, MOST_DOUBLINGS) : 0;
        pause(FIRST_PAUSE_NANOS << failures);
      }
    }
  }

  private boolean isThisStart(Fact.BrokerImage broker) {
    return broker.incarnation().equals(self.incarnation())
        && broker.directories().contains(directory);
  }

  /** Waits while there is nothing to look at and nothing to tell; false at the end. */
  private boolean awaitNews() {
    monitor.lock();
    try {
      while (!closed && newest.version() == looked.version() && elsewhere.isEmpty()) {
        monitor.await();
      }
      return !closed;
    } finally {
      monitor.unlock();
    }
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

  /** Finds what is elsewhere, in the topics that have changed. */
  private void look() {
    ClusterImage image;
    monitor.lock();
    try {
      image = newest;
    } finally {
      monitor.unlock();
    }
    elsewhere.keySet().retainAll(image.topics().keySet());
    for (TopicImage topic : image.topics().values()) {
      if (!topic.equals(looked.topics().get(topic.id()))) {
        look(topic);
      }
    }
    looked = image;
  }

  private void look(TopicImage topic) {
    List<Assignment> found = new ArrayList<>();
    topic
        .partitions()
        .forEach(
            (number, partition) -> {
              if (partition.replicas().contains(self.id())
                  && !partition.directoryOf(self.id()).equals(directory)) {
                found.add(new Assignment(topic.id(), number, directory));
              }
            });
    if (found.isEmpty()) {
      elsewhere.remove(topic.id());
    } else {
      elsewhere.put(topic.id(), found);
    }
  }

  /** Why it has come to nothing, if so. */
  private CompletableFuture<Optional<String>> send(long epoch, List<Assignment> batch) {
    Leadership leadership = controller.leadership();
    if (leadership.active()) {
      return controller
          .submit(new AssignReplicasToDirs(self.id(), epoch, batch))
          .handle(
              (results, failure) ->
                  failure == null
                      ? results.stream()
                          .map(AssignReplicasToDirs.Result::error)
                          .filter(error -> error != Errors.NONE)
                          .findFirst()
                          .map(Errors::message)
                      : Optional.of(String.valueOf(failure.getMessage())));
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
                                ? problem((AssignReplicasToDirsResponseData) answer)
                                : Optional.of(String.valueOf(failure.getMessage()))))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.of("no controller is active")));
  }

  private static Optional<String> problem(AssignReplicasToDirsResponseData answer) {
    if (answer.errorCode() != 0) {
      return Optional.of(Errors.forCode(answer.errorCode()).message());
    }
    return answer.directories().stream()
        .flatMap(each -> each.topics().stream())
        .flatMap(each -> each.partitions().stream())
        .map(each -> Errors.forCode(each.errorCode()))
        .filter(error -> error != Errors.NONE)
        .findFirst()
        .map(Errors::message);
  }

  private AssignReplicasToDirsRequestData request(long epoch, List<Assignment> batch) {
    Map<Uuid, TopicData> topics = new HashMap<>();
    List<TopicData> inOrder = new ArrayList<>();
    for (Assignment each : batch) {
      TopicData topic = topics.get(each.topicId());
      if (topic == null) {
        topic = new TopicData().setTopicId(each.topicId());
        topics.put(each.topicId(), topic);
        inOrder.add(topic);
      }
      topic.partitions().add(new PartitionData().setPartitionIndex(each.partition()));
    }
    return new AssignReplicasToDirsRequestData()
        .setBrokerId(self.id())
        .setBrokerEpoch(epoch)
        .setDirectories(List.of(new DirectoryData().setId(directory).setTopics(inOrder)));
  }

  private Optional<String> await(CompletableFuture<Optional<String>> answer) {
    var _ = answer.thenRun(this::wake);
    monitor.lock();
    try {
      while (!answer.isDone() && !closed) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
    return answer.isDone() ? answer.join() : Optional.empty();
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
