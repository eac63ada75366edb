package io.barnabas.coordinator;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.replica.Replicas;
import io.barnabas.world.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a state machine for each partition of an internal topic that this node leads: it is loaded
 * when the leadership comes, and forgotten when it goes. Thread-safe.
 *
 * @param <S> the state of one partition
 * @param <C> what can be asked for
 */
public final class Coordinator<S, C> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  private final World world;
  private final Replicas replicas;
  private final int nodeId;
  private final StateMachine<S, C> machine;
  private final CoordinatorOptions options;
  private final LoadThreads loads;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final Map<TopicIdPartition, Shard<S, C>> shards = new HashMap<>();
  private @Nullable TopicImage topic;
  private boolean closed;

  private volatile ClusterImage newest = ClusterImage.empty("");

  /** Has nothing until {@link #accept}. */
  public Coordinator(
      World world,
      Replicas replicas,
      int nodeId,
      StateMachine<S, C> machine,
      CoordinatorOptions options) {
    this.world = world;
    this.replicas = replicas;
    this.nodeId = nodeId;
    this.machine = machine;
    this.options = options;
    loads = new LoadThreads(world, "barnabas-load-" + options.topic());
  }

  /** Takes an image; in their order. Waits for nothing. */
  public void accept(ClusterImage image) {
    List<Shard<S, C>> gone = new ArrayList<>();
    List<Shard<S, C>> come = new ArrayList<>();
    newest = image;
    lock.lock();
    try {
      TopicImage now = image.topicByName(options.topic()).orElse(null);
      if (closed || Objects.equals(now, topic)) {
        return;
      }
      topic = now;
      Map<TopicIdPartition, Integer> led = ledHere(now);
      shards
          .entrySet()
          .removeIf(
              entry -> {
                Integer epoch = led.get(entry.getKey());
                boolean stays = epoch != null && epoch == entry.getValue().leaderEpoch();
                if (!stays) {
                  gone.add(entry.getValue());
                }
                return !stays;
              });
      led.forEach(
          (id, epoch) ->
              shards.computeIfAbsent(
                  id,
                  _ -> {
                    Shard<S, C> shard = shard(id, epoch);
                    come.add(shard);
                    return shard;
                  }));
    } finally {
      lock.unlock();
    }
    gone.forEach(Shard::end);
    come.forEach(shard -> shard.start(loads));
  }

  private Map<TopicIdPartition, Integer> ledHere(@Nullable TopicImage image) {
    Map<TopicIdPartition, Integer> led = new HashMap<>();
    if (image != null) {
      image
          .partitions()
          .forEach(
              (number, partition) -> {
                if (partition.leader() == nodeId) {
                  led.put(
                      new TopicIdPartition(image.id(), number, image.name()),
                      partition.leaderEpoch());
                }
              });
    }
    return led;
  }

  private Shard<S, C> shard(TopicIdPartition id, int leaderEpoch) {
    return new Shard<>(
        world,
        machine,
        options,
        new Shard.Place(id.topicPartition(), () -> replicas.get(id), () -> newest),
        leaderEpoch);
  }

  /** Which partition coordinates a name; empty if there is no topic yet. */
  public OptionalInt partitionOf(String name) {
    lock.lock();
    try {
      return topic == null
          ? OptionalInt.empty()
          : OptionalInt.of(partitionOf(name, topic.partitions().size()));
    } finally {
      lock.unlock();
    }
  }

  /** Which of so many partitions coordinates a name; the same as with Kafka. */
  public static int partitionOf(String name, int partitions) {
    return Utils.abs(name.hashCode()) % partitions;
  }

  /**
   * Has a command decided by the partition that coordinates a name.
   *
   * @param <A> what the state machine answers such a command
   * @return fails with an {@link ApiException}: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
   *     COORDINATOR_NOT_AVAILABLE if nobody knows what became of it, or why it was not appended
   */
  @SuppressWarnings("unchecked") // What a command is answered is the state machine's promise.
  public <A> CompletableFuture<A> submit(String name, C command) {
    return (CompletableFuture<A>)
        find(name)
            .map(shard -> shard.submit(command))
            .orElseGet(() -> CompletableFuture.failedFuture(notCoordinator(name)));
  }

  /** Has a command decided by each partition that this node coordinates, each for itself. */
  @SuppressWarnings("unchecked") // As above.
  public <A> List<CompletableFuture<A>> submitToAll(C command) {
    return all().stream().map(shard -> (CompletableFuture<A>) shard.submit(command)).toList();
  }

  /**
   * Looks at the replicated state of the partition that coordinates a name.
   *
   * @throws ApiException NOT_COORDINATOR or COORDINATOR_LOAD_IN_PROGRESS
   */
  public <R> R read(String name, Function<S, R> reader) {
    return find(name).orElseThrow(() -> notCoordinator(name)).read(reader);
  }

  /**
   * Looks at the replicated state of each partition that this node coordinates.
   *
   * @throws ApiException COORDINATOR_LOAD_IN_PROGRESS if one of them is not loaded
   */
  public <R> List<R> readAll(Function<S, R> reader) {
    List<R> results = new ArrayList<>();
    for (Shard<S, C> shard : all()) {
      try {
        results.add(shard.read(reader));
      } catch (NotCoordinatorException e) {
        // Whoever has it now answers for it.
        LOG.debug("A partition went while it was looked at: {}", e.getMessage());
      }
    }
    return results;
  }

  private Optional<Shard<S, C>> find(String name) {
    lock.lock();
    try {
      TopicImage now = topic;
      if (now == null) {
        return Optional.empty();
      }
      int partition = partitionOf(name, now.partitions().size());
      return Optional.ofNullable(shards.get(new TopicIdPartition(now.id(), partition, now.name())));
    } finally {
      lock.unlock();
    }
  }

  private List<Shard<S, C>> all() {
    lock.lock();
    try {
      return List.copyOf(shards.values());
    } finally {
      lock.unlock();
    }
  }

  private static NotCoordinatorException notCoordinator(String name) {
    return new NotCoordinatorException("This node does not coordinate " + name);
  }

  /** Coordinates nothing any more; those who wait are told. */
  @Override
  public void close() {
    List<Shard<S, C>> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(shards.values());
      shards.clear();
    } finally {
      lock.unlock();
    }
    left.forEach(Shard::end);
  }
}
