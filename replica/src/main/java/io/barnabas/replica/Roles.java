package io.barnabas.replica;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.world.World;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the replicas that are open what the cluster has decided of them, with the settings of the
 * same image. It opens, deletes and forces nothing, so that who leads a partition does not wait for
 * what becomes of others. Thread-safe; a thread of its own does it.
 */
final class Roles {
  private static final Logger LOG = LoggerFactory.getLogger(Roles.class);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final int nodeId;
  private final Map<TopicPartition, Replica> replicas;
  private final Fetchers fetchers;
  private final Function<ClusterImage, Map<String, String>> topicDefaults;
  private final Predicate<ClusterImage> isMember;
  private final Worker worker;
  private final Queue<Replica> newcomers = new ConcurrentLinkedQueue<>();
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private ClusterImage newest = ClusterImage.empty("");
  private @Nullable CompletableFuture<Void> waiting;

  // The worker's own.
  private ClusterImage done = ClusterImage.empty("");
  private Map<String, String> defaults = Map.of();
  private boolean member;
  private final Set<Uuid> again = new HashSet<>();

  /**
   * Starts the worker.
   *
   * @param replicas those that are open
   */
  Roles(
      World world,
      int nodeId,
      Map<TopicPartition, Replica> replicas,
      Fetchers fetchers,
      Function<ClusterImage, Map<String, String>> topicDefaults,
      Predicate<ClusterImage> isMember) {
    this.nodeId = nodeId;
    this.replicas = replicas;
    this.fetchers = fetchers;
    this.topicDefaults = topicDefaults;
    this.isMember = isMember;
    worker = new Worker(world, "barnabas-roles");
  }

  /** Takes a newer image; completes when the replicas that are open have heard of it. */
  CompletableFuture<Void> accept(ClusterImage image) {
    lock.lock();
    try {
      newest = image;
      return pass();
    } finally {
      lock.unlock();
    }
  }

  /** A replica is open that was not; the cluster may have decided something new meanwhile. */
  void opened(Replica replica) {
    newcomers.add(replica);
    lock.lock();
    try {
      var _ = pass();
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Void> pass() {
    CompletableFuture<Void> known = waiting;
    if (known == null) {
      known =
          worker.submit(
              () -> {
                carryOut(takeNewest());
                return null;
              });
      waiting = known;
    }
    return known;
  }

  private ClusterImage takeNewest() {
    lock.lock();
    try {
      waiting = null;
      return newest;
    } finally {
      lock.unlock();
    }
  }

  private void carryOut(ClusterImage wanted) {
    Map<String, String> newDefaults = topicDefaults.apply(wanted);
    boolean isMemberNow = isMember.test(wanted);
    boolean all = !newDefaults.equals(defaults) || isMemberNow != member;
    defaults = newDefaults;
    member = isMemberNow;
    Set<Uuid> failedBefore = Set.copyOf(again);
    again.clear();
    for (TopicImage topic : wanted.topics().values()) {
      boolean whole = all || failedBefore.contains(topic.id()) || hasNewSettings(topic, wanted);
      TopicImage before = done.topics().get(topic.id());
      if (whole || !topic.equals(before)) {
        tell(topic, whole ? null : before, wanted);
      }
    }
    for (Replica each = newcomers.poll(); each != null; each = newcomers.poll()) {
      TopicImage topic = wanted.topics().get(each.id().topicId());
      if (topic != null) {
        tell(topic, each.id().partition(), minInsyncReplicas(topic, wanted));
      }
    }
    fetchers.hurry();
    done = wanted;
    if (!again.isEmpty()) {
      worker.later(RETRY_NANOS, () -> carryOut(takeNewest()));
    }
  }

  private boolean hasNewSettings(TopicImage topic, ClusterImage wanted) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    return !Objects.equals(done.configs().get(resource), wanted.configs().get(resource));
  }

  /** Empty if its settings cannot be used: its replicas keep to those they have. */
  private OptionalInt minInsyncReplicas(TopicImage topic, ClusterImage wanted) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    try {
      TopicConfig config = TopicConfig.of(topic.name(), defaults, wanted.configsOf(resource));
      return OptionalInt.of(config.minInsyncReplicas());
    } catch (RuntimeException e) {
      LOG.error("{} has settings that cannot be used: its earlier ones stay", topic.name(), e);
      return OptionalInt.empty();
    }
  }

  /** All partitions that are not the same as in an earlier state of the topic, if there is one. */
  private void tell(TopicImage topic, @Nullable TopicImage before, ClusterImage wanted) {
    OptionalInt minInsyncReplicas = minInsyncReplicas(topic, wanted);
    TopicChanges.partitions(before, topic)
        .forEach(number -> tell(topic, number, minInsyncReplicas));
  }

  private void tell(TopicImage topic, int number, OptionalInt minInsyncReplicas) {
    Replica replica = replicas.get(new TopicPartition(topic.name(), number));
    PartitionImage partition = topic.partitions().get(number);
    if (replica == null
        || partition == null
        || !replica.id().topicId().equals(topic.id())
        || !partition.replicas().contains(nodeId)) {
      return;
    }
    try {
      // Who leads is not a question of settings.
      int enough = minInsyncReplicas.orElseGet(replica.replication()::minInsyncReplicas);
      replica.changeRole(Role.of(partition, nodeId, member), enough);
      fetchers.follow(replica);
    } catch (RuntimeException e) {
      LOG.error("The role of {} cannot be changed now; it is tried again", replica.id(), e);
      again.add(topic.id());
    }
  }

  /** Tells nobody anything any more. */
  void stop() {
    worker.stop();
  }
}
