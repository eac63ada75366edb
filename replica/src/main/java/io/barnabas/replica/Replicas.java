package io.barnabas.replica;

import io.barnabas.log.DamagedLogException;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.PartitionLog;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas on this node, kept as the cluster's image wants them. Thread-safe; what forces files
 * is done by its own platform thread.
 */
public final class Replicas implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);

  /** Before what failed is tried again. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LogDirectory directory;
  private final int nodeId;
  private final Function<ClusterImage, Map<String, String>> topicDefaults;
  private final Worker worker;
  private final Map<TopicPartition, Replica> replicas = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Offline> offline = new ConcurrentHashMap<>();
  private final ReplicaLinks links;
  private final ReplicaContext context;
  private final IsrChanges isrChanges;
  private final Fetchers fetchers;
  private final Roles roles;

  /** The worker's. */
  private final Strays strays;

  /** The worker's. */
  private final Repairs repairs;

  /** What was found of logs that are open. */
  private final Map<TopicIdPartition, DamagedLogException> damages = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable CompletableFuture<Void> waiting;
  private volatile ClusterImage image = ClusterImage.empty("");

  /** The image that the worker has carried out; used by the worker only. */
  private ClusterImage done = ClusterImage.empty("");

  /** The image that the worker has begun to carry out last; used by the worker only. */
  private ClusterImage begun = ClusterImage.empty("");

  /** The topics' defaults that the worker has carried out; used by the worker only. */
  private Map<String, String> defaults = Map.of();

  /** Whether the cluster knew of this start of the node in {@link #done}; the worker's. */
  private boolean member;

  /** The topics of which something could not be changed; the worker's. */
  private final Set<Uuid> again = new HashSet<>();

  /** A partition that should be served here and is not. */
  private record Offline(TopicIdPartition id, String reason) {}

  /** For a node that is alone, with defaults that never change. */
  public Replicas(
      World world, LogDirectory directory, int nodeId, Map<String, String> topicDefaults) {
    this(world, directory, nodeId, always(Map.copyOf(topicDefaults)), ReplicaLinks.none());
  }

  /**
   * Starts the worker; there are no replicas until {@link #reconcile}.
   *
   * @param topicDefaults topic-level settings that hold, as of an image, where a topic has none of
   *     its own
   * @param links to the replicas on other nodes
   */
  public Replicas(
      World world,
      LogDirectory directory,
      int nodeId,
      Function<ClusterImage, Map<String, String>> topicDefaults,
      ReplicaLinks links) {
    this.directory = directory;
    this.nodeId = nodeId;
    this.topicDefaults = topicDefaults;
    worker = new Worker(world, "barnabas-replicas");
    this.links = links;
    isrChanges =
        new IsrChanges(
            world,
            links.proposals(),
            this::brokerEpoch,
            TimeUnit.MILLISECONDS.toNanos(links.lagTimeMaxMs()));
    fetchers = new Fetchers(world, links, this::brokerEpoch);
    roles = new Roles(world, nodeId, replicas, fetchers, topicDefaults, this::isMember);
    strays = new Strays(nodeId, directory);
    repairs = new Repairs(nodeId, directory, links.reports());
    directory.onDamage(
        (id, cause) -> {
          damages.put(id, cause);
          var _ = pass();
        });
    Cuts cuts = new Cuts(directory, worker);
    Throttles throttles = new Throttles(world.clock(), links.throttles());
    StandingAside aside = new StandingAside(replicas.values());
    context =
        new ReplicaContext(nodeId, world.clock(), () -> image, cuts, isrChanges, throttles, aside);
  }

  private static Function<ClusterImage, Map<String, String>> always(Map<String, String> defaults) {
    return image -> defaults;
  }

  private long brokerEpoch() {
    return context.brokerEpoch(nodeId);
  }

  /** Whether the cluster knows of this start of the node. */
  private boolean isMember(ClusterImage image) {
    return links.incarnation().isEmpty()
        || image.broker(nodeId).map(Fact.BrokerImage::incarnation).equals(links.incarnation());
  }

  /** The replica of this topic and partition, if it is open here. */
  public Optional<Replica> get(TopicPartition partition) {
    return Optional.ofNullable(replicas.get(partition));
  }

  /** The replica of this topic and partition, if it is open here. */
  public Optional<Replica> get(TopicIdPartition id) {
    return get(id.topicPartition()).filter(r -> r.id().topicId().equals(id.topicId()));
  }

  /**
   * The replica for a request by name.
   *
   * @throws UnknownTopicOrPartitionException if the cluster has no such partition
   * @throws KafkaStorageException if its log could not be opened
   * @throws NotLeaderOrFollowerException if it is not here, or still opening
   */
  public Replica require(TopicPartition partition) {
    Replica replica = replicas.get(partition);
    if (replica != null) {
      return replica;
    }
    boolean known =
        image
            .topicByName(partition.topic())
            .map(t -> t.partitions().containsKey(partition.partition()))
            .orElse(false);
    if (!known) {
      throw new UnknownTopicOrPartitionException("There is no partition " + partition);
    }
    Offline reason = offline.get(partition);
    if (reason != null) {
      throw new KafkaStorageException(reason.reason());
    }
    throw new NotLeaderOrFollowerException(partition + " is not served here (yet)");
  }

  /**
   * The replica for a request by topic id.
   *
   * @throws UnknownTopicIdException if the cluster has no such topic; else as by name
   */
  public Replica require(Uuid topicId, int partition) {
    TopicImage topic =
        image
            .topicById(topicId)
            .orElseThrow(() -> new UnknownTopicIdException("There is no topic " + topicId));
    Replica replica = require(new TopicPartition(topic.name(), partition));
    if (!replica.id().topicId().equals(topicId)) {
      throw new NotLeaderOrFollowerException("The topic " + topicId + " is not served here yet");
    }
    return replica;
  }

  /**
   * Whether this node leads nothing that others in sync can lead: clients are refused with
   * NOT_LEADER_OR_FOLLOWER, who wait too. To be repeated as long as that is so. Never waits.
   */
  public void standAside(boolean aside) {
    context.aside().ask(aside);
  }

  /** Whether this is the broker, and it stands aside as leader of something. */
  public boolean standsAside(int broker) {
    return broker == nodeId && context.aside().isSeen();
  }

  /** All replicas that are open here. */
  public List<Replica> all() {
    return List.copyOf(replicas.values());
  }

  /** Why partitions that should be here are not. */
  public Map<TopicPartition, String> offline() {
    Map<TopicPartition, String> reasons = new HashMap<>();
    offline.forEach((name, partition) -> reasons.put(name, partition.reason()));
    return reasons;
  }

  /**
   * Opens, creates, changes and deletes replicas as an image wants, in the order of calls; an image
   * that has not begun when the next one comes is left out. Replicas that are open have their new
   * roles at once, whatever is being opened or deleted. A partition whose log cannot be opened is
   * reported, and the others go on.
   *
   * @return completes when all is done; fails if the node stops before
   */
  public CompletableFuture<Void> reconcile(ClusterImage wanted) {
    lock.lock();
    try {
      image = wanted;
      context.throttles().update(wanted);
      CompletableFuture<Void> told = roles.accept(wanted);
      return CompletableFuture.allOf(told, pass());
    } finally {
      lock.unlock();
    }
  }

  /** Has the worker do what is to be done, unless that waits for it already. */
  private CompletableFuture<Void> pass() {
    lock.lock();
    try {
      CompletableFuture<Void> opened = waiting;
      if (opened == null) {
        opened =
            worker.submit(
                () -> {
                  carryOut(takeNewest());
                  return null;
                });
        waiting = opened;
      }
      return opened;
    } finally {
      lock.unlock();
    }
  }

  private ClusterImage takeNewest() {
    lock.lock();
    try {
      waiting = null;
      return image;
    } finally {
      lock.unlock();
    }
  }

  private void carryOut(ClusterImage wanted) {
    strays.setAside(wanted);
    repairs.retain(
        id -> TopicChanges.isOn(nodeId, wanted.topics().get(id.topicId()), id.partition()));
    takeOutDamaged(wanted);
    removeUnwanted(wanted);
    begun = wanted;
    Map<String, String> newDefaults = topicDefaults.apply(wanted);
    boolean isMember = isMember(wanted);
    boolean allChanged = !newDefaults.equals(defaults) || isMember != member;
    defaults = newDefaults;
    member = isMember;
    Set<Uuid> failedBefore = Set.copyOf(again);
    again.clear();
    List<CompletableFuture<Void>> served = new ArrayList<>();
    try {
      for (TopicImage topic : wanted.topics().values()) {
        boolean whole =
            allChanged || failedBefore.contains(topic.id()) || hasNewSettings(topic, wanted);
        TopicImage before = done.topics().get(topic.id());
        // Cheap even for many topics: what did not change is the same object.
        if (whole || !topic.equals(before)) {
          open(topic, whole ? null : before, wanted, served);
        }
      }
    } finally {
      // Whatever happens: one that is still opening would be opened again, a second replica of it.
      served.forEach(CompletableFuture::join);
    }
    done = wanted;
    if (!again.isEmpty()) {
      worker.later(RETRY_NANOS, () -> carryOut(takeNewest()));
    }
  }

  /** What is damaged is served no longer; what becomes of it is for {@link #open} to see. */
  private void takeOutDamaged(ClusterImage wanted) {
    for (TopicIdPartition id : Set.copyOf(damages.keySet())) {
      DamagedLogException cause = Objects.requireNonNull(damages.remove(id), "only taken here");
      get(id).ifPresent(this::takeOut);
      Optional<PartitionImage> known = wanted.partition(id.topicId(), id.partition());
      if (known.filter(partition -> partition.replicas().contains(nodeId)).isPresent()) {
        setOffline(id, repairs.found(id, cause, known));
        again.add(id.topicId());
      }
    }
  }

  private void takeOut(Replica replica) {
    replicas.remove(replica.id().topicPartition(), replica);
    // First, so that nobody who knows it still has it followed again.
    replica.close();
    fetchers.forget(replica.id());
  }

  private boolean hasNewSettings(TopicImage topic, ClusterImage wanted) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    return !Objects.equals(done.configs().get(resource), wanted.configs().get(resource));
  }

  /** Deletes what is no longer to be here; nothing else is here than the image begun last had. */
  private void removeUnwanted(ClusterImage wanted) {
    for (TopicImage before : begun.topics().values()) {
      TopicImage now = wanted.topics().get(before.id());
      if (!before.equals(now)) {
        for (int number : before.partitions().keySet()) {
          if (!TopicChanges.isOn(nodeId, now, number)) {
            get(new TopicIdPartition(before.id(), number, before.name())).ifPresent(this::remove);
          }
        }
      }
    }
    for (Offline partition : List.copyOf(offline.values())) {
      TopicIdPartition id = partition.id();
      if (!TopicChanges.isOn(nodeId, wanted.topics().get(id.topicId()), id.partition())) {
        offline.remove(id.topicPartition());
        delete(id);
      }
    }
  }

  /**
   * Opens the partitions of a topic that are to be here and are not.
   *
   * @param before only those that are not as they were then; null if all are to be looked at
   */
  private void open(
      TopicImage topic,
      @Nullable TopicImage before,
      ClusterImage wanted,
      List<CompletableFuture<Void>> served) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    Optional<TopicConfig> config = Optional.empty();
    String unusable = "";
    try {
      config = Optional.of(TopicConfig.of(topic.name(), defaults, wanted.configsOf(resource)));
    } catch (RuntimeException e) {
      LOG.error("{} has settings that cannot be used: nothing of it changes", topic.name(), e);
      unusable = "the settings of its topic cannot be used: " + e.getMessage();
    }
    for (int number : TopicChanges.partitions(before, topic)) {
      worker.checkNotStopping();
      PartitionImage partition = topic.partitions().get(number);
      if (partition != null && partition.replicas().contains(nodeId)) {
        TopicIdPartition id = new TopicIdPartition(topic.id(), number, topic.name());
        if (config.isPresent()) {
          open(id, partition, config.get()).ifPresent(served::add);
        } else if (!replicas.containsKey(id.topicPartition())) {
          setOffline(id, unusable);
        }
      }
    }
  }

  /** What completes when a replica that was not there before is served, or offline. */
  private Optional<CompletableFuture<Void>> open(
      TopicIdPartition id, PartitionImage known, TopicConfig config) {
    Replica replica = replicas.get(id.topicPartition());
    try {
      if (replica != null && !repairs.mustReopen(id, known)) {
        replica.takeSettings(config);
        return Optional.empty();
      } else if (replica != null) {
        takeOut(replica);
      }
      Repairs.Opened result = repairs.open(id, known, config.log());
      if (result.log().isEmpty()) {
        setOffline(id, result.reason());
        return Optional.empty();
      }
      PartitionLog log = result.log().get();
      Replica opened = new Replica(log, context, Role.of(known, nodeId, member), config);
      CompletableFuture<Void> served = new CompletableFuture<>();
      // What a crash left may have been acknowledged, but can be read only when it is on disk:
      // until then the high watermark would be one that clients have already seen passed.
      log.whenFlushed(
          log.view().logEndOffset(),
          () -> {
            try {
              serve(opened);
            } finally {
              served.complete(null);
            }
          });
      return Optional.of(served);
    } catch (IOException | RuntimeException e) {
      notOpened(id, e);
      return Optional.empty();
    }
  }

  /** What is only for want of room is tried again, and said once. */
  private void notOpened(TopicIdPartition id, Exception cause) {
    Optional<Replica> open = get(id);
    if (open.isPresent()) {
      LOG.error("{} cannot be changed", id, cause);
      if (open.get().log().isUsable()) {
        again.add(id.topicId());
      }
      return;
    }
    if (!offline.containsKey(id.topicPartition())) {
      LOG.error("{} cannot be opened", id, cause);
    }
    setOffline(id, String.valueOf(cause.getMessage()));
    if (cause instanceof KafkaStorageException && directory.failure().isEmpty()) {
      again.add(id.topicId());
    }
  }

  /** Its log is on disk, or never will be. */
  private void serve(Replica opened) {
    TopicPartition name = opened.id().topicPartition();
    if (opened.log().isUsable()) {
      // The thread that forced the log may not have told the replica yet.
      opened.replication().advance();
      replicas.put(name, opened);
      fetchers.follow(opened);
      roles.opened(opened);
      offline.remove(name);
    } else {
      opened.close();
      setOffline(opened.id(), "its data directory has failed");
    }
  }

  private void setOffline(TopicIdPartition id, String reason) {
    TopicPartition name = id.topicPartition();
    offline.put(name, new Offline(id, name + " is offline: " + reason));
  }

  private void remove(Replica replica) {
    takeOut(replica);
    delete(replica.id());
  }

  private void delete(TopicIdPartition id) {
    try {
      directory.delete(id);
    } catch (IOException | RuntimeException e) {
      LOG.error("{} cannot be deleted", id, e);
    }
  }

  /**
   * Finishes the partition that is being opened, and no more, then refuses everything; the
   * directory stays open.
   */
  @Override
  public void close() {
    worker.stop();
    roles.stop();
    fetchers.stop();
    isrChanges.stop();
    all().forEach(Replica::close);
    replicas.clear();
  }
}
