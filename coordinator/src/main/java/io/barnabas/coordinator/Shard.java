package io.barnabas.coordinator;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.replica.Replica;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of one partition, as long as this node leads it in one epoch. Commands wait in
 * a bounded queue; a thread of its own decides them and never holds a lock meanwhile. It is loaded
 * once more if its log is opened anew meanwhile. Thread-safe.
 *
 * @param <S> the state
 * @param <C> what can be asked for
 */
final class Shard<S, C> {
  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  /** Before another look whether the replica has heard of its leadership. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Before another look whether this node goes on. */
  private static final long ASIDE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * A command that has not been decided.
   *
   * @param answer completed once
   */
  record Command<C>(C asked, CompletableFuture<Object> answer) {}

  private final World world;
  private final StateMachine<S, C> machine;
  private final CoordinatorOptions options;
  private final TopicPartition partition;
  private final int leaderEpoch;
  private final Place place;
  private final Monitor monitor;

  // Under the monitor.
  private final Queue<Command<C>> queue = new ArrayDeque<>();

  /** From the beginning, as there is a first look to be taken at what is loaded. */
  private boolean woken = true;

  private boolean ended;

  /**
   * What may be read.
   *
   * @param replica whether this node leads, as far as it knows
   */
  private record Serving<S, C>(Replica replica, Runner<S, C> runner) {}

  /** Why it could not be loaded, as the log was told last. */
  private volatile String obstacleTold = "";

  /** Null until all is loaded, and again from the end on. */
  private volatile @Nullable Serving<S, C> serving;

  /**
   * Where it is.
   *
   * @param replica as it is open now
   * @param image of the cluster, the newest
   */
  record Place(
      TopicPartition partition,
      Supplier<Optional<Replica>> replica,
      Supplier<ClusterImage> image) {}

  Shard(
      World world,
      StateMachine<S, C> machine,
      CoordinatorOptions options,
      Place place,
      int leaderEpoch) {
    this.world = world;
    this.machine = machine;
    this.options = options;
    this.place = place;
    partition = place.partition();
    this.leaderEpoch = leaderEpoch;
    monitor = world.threads().newMonitor();
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  // --- loading

  /** Loads the partition on one of these threads, and serves it from then on. */
  void start(LoadThreads threads) {
    threads.submit(() -> load(threads));
  }

  private void load(LoadThreads threads) {
    Optional<Replica> replica = place.replica().get().filter(this::isLed);
    if (isEnded()) {
      return;
    }
    if (replica.isEmpty()) {
      world.clock().schedule(RETRY_NANOS, () -> start(threads));
      return;
    }
    try {
      load(threads, replica.get());
    } catch (ApiException e) {
      // It is led no more, or its disk has failed: the next image says so. Or it is opened anew.
      tellObstacle(String.valueOf(e.getMessage()));
      world.clock().schedule(RETRY_NANOS, () -> start(threads));
    } catch (IOException | RuntimeException e) {
      LOG.error("{} cannot be loaded, and what it says is not served here", partition, e);
      end();
    }
  }

  private void tellObstacle(String why) {
    if (!why.equals(obstacleTold)) {
      LOG.info("{} cannot be loaded for now: {}", partition, why);
      obstacleTold = why;
    }
  }

  /** Of a newer epoch the next image tells. */
  private boolean isLed(Replica replica) {
    return replica.isLeader() && replica.leaderEpoch() >= leaderEpoch;
  }

  /** The state while it is put together. */
  private final class Loaded {
    private S state = machine.initial();
    private long records;

    void add(Record read) {
      records++;
      if (read.hasKey()) {
        Optional<Bytes> value =
            read.hasValue() ? Optional.of(Bytes.of(Utils.toArray(read.value()))) : Optional.empty();
        state = machine.replay(state, Bytes.of(Utils.toArray(read.key())), value);
      }
    }
  }

  private void load(LoadThreads threads, Replica replica) throws IOException {
    long began = world.clock().nanoTime();
    Loaded loaded = new Loaded();
    long end =
        new PartitionReader(replica, leaderEpoch, options.loadBufferBytes()).readAll(loaded::add);
    LOG.info(
        "{} is loaded in epoch {}: {} records in {} ms",
        partition,
        leaderEpoch,
        loaded.records,
        TimeUnit.NANOSECONDS.toMillis(world.clock().nanoTime() - began));
    Runner<S, C> runner =
        new Runner<>(
            world, machine, options, new LedPartition(replica, leaderEpoch), loaded.state, end);
    world.threads().startVirtual("coordinator-" + partition, () -> run(threads, replica, runner));
  }

  // --- serving

  private void run(LoadThreads threads, Replica replica, Runner<S, C> runner) {
    var registration = replica.onHighWatermark(this::wake);
    boolean isOver = true;
    try {
      boolean goesOn = true;
      while (goesOn) {
        goesOn = runOnce(replica, runner);
      }
      isOver = isEnded();
    } finally {
      registration.cancel();
      if (isOver) {
        end();
      } else {
        unload();
      }
      runner.end(notCoordinator());
    }
    if (!isOver) {
      start(threads);
    }
  }

  /** Decides what there is; not any more once it has ended, or its log was opened anew. */
  private boolean runOnce(Replica replica, Runner<S, C> runner) {
    boolean wasAside = !replica.isLeader();
    List<Command<C>> taken =
        take(
            wasAside
                ? OptionalLong.of(world.clock().nanoTime() + ASIDE_NANOS)
                : runner.nextDeadlineNanos());
    long takenNanos = world.clock().nanoTime();
    if (isEnded()) {
      taken.forEach(command -> command.answer().completeExceptionally(notCoordinator()));
      return false;
    }
    if (isOpenedAnew(replica)) {
      taken.forEach(command -> command.answer().completeExceptionally(loading()));
      return false;
    }
    runner.takeNoticeOfReplication(place.image().get());
    if (!replica.isLeader()) {
      // It leads nothing of what others can lead: those who ask are to find them.
      taken.forEach(command -> command.answer().completeExceptionally(notCoordinator()));
      runner.standAside(notCoordinator());
    } else if (runner.isReady()) {
      serving = new Serving<>(replica, runner);
      runner.goOn();
      runner.decide(taken);
      // Not what ran out since: whoever has asked in time is not to pay for a disk that was slow.
      runner.expire(takenNanos);
    } else {
      taken.forEach(command -> command.answer().completeExceptionally(loading()));
    }
    return true;
  }

  /** Whether its log was closed, and is open once more: what it has may be another state. */
  private boolean isOpenedAnew(Replica replica) {
    return !replica.isLeader() && place.replica().get().filter(now -> now != replica).isPresent();
  }

  /** Waits until there is something to do. */
  private List<Command<C>> take(OptionalLong deadlineNanos) {
    monitor.lock();
    try {
      while (!ended && !woken && queue.isEmpty() && !isPast(deadlineNanos)) {
        if (deadlineNanos.isPresent()) {
          monitor.awaitUntil(deadlineNanos.getAsLong());
        } else {
          monitor.await();
        }
      }
      woken = false;
      List<Command<C>> taken = new ArrayList<>(queue);
      queue.clear();
      return taken;
    } finally {
      monitor.unlock();
    }
  }

  private boolean isPast(OptionalLong deadlineNanos) {
    return deadlineNanos.isPresent() && world.clock().nanoTime() >= deadlineNanos.getAsLong();
  }

  /** Whether this node leads it no more, or nothing of what others can lead. */
  private boolean isAside() {
    Serving<S, C> served = serving;
    return served != null && !served.replica().isLeader();
  }

  /** There is something new; the thread may wait for a disk, and is not waited for. */
  private void wake() {
    List<Command<C>> refused = List.of();
    monitor.lock();
    try {
      woken = true;
      if (isAside()) {
        refused = new ArrayList<>(queue);
        queue.clear();
      }
      monitor.signal();
    } finally {
      monitor.unlock();
    }
    refused.forEach(command -> command.answer().completeExceptionally(notCoordinator()));
  }

  /** Has a command decided; the answer fails with an {@link ApiException} if it cannot be. */
  CompletableFuture<Object> submit(C asked) {
    CompletableFuture<Object> answer = new CompletableFuture<>();
    Optional<ApiException> refusal = Optional.empty();
    monitor.lock();
    try {
      if (ended || isAside()) {
        refusal = Optional.of(notCoordinator());
      } else if (serving == null || queue.size() >= options.maxQueued()) {
        // Clients ask again in a moment, and ask this node.
        refusal = Optional.of(loading());
      } else {
        queue.add(new Command<>(asked, answer));
        monitor.signal();
      }
    } finally {
      monitor.unlock();
    }
    refusal.ifPresent(answer::completeExceptionally);
    return answer;
  }

  /**
   * Looks at the state that is replicated.
   *
   * @throws ApiException if this node does not coordinate it, or not yet
   */
  <R> R read(Function<S, R> reader) {
    Serving<S, C> served = serving;
    if (isEnded()) {
      throw notCoordinator();
    }
    if (served == null) {
      throw loading();
    }
    if (isAside()) {
      throw notCoordinator();
    }
    return reader.apply(served.runner().replicated());
  }

  private boolean isEnded() {
    monitor.lock();
    try {
      return ended;
    } finally {
      monitor.unlock();
    }
  }

  /** Serves nothing until it is loaded once more; those who wait are told. */
  private void unload() {
    List<Command<C>> left;
    monitor.lock();
    try {
      left = new ArrayList<>(queue);
      queue.clear();
      serving = null;
      woken = true;
    } finally {
      monitor.unlock();
    }
    left.forEach(command -> command.answer().completeExceptionally(loading()));
  }

  /** Serves no more; those who wait are told. */
  void end() {
    List<Command<C>> left;
    monitor.lock();
    try {
      ended = true;
      left = new ArrayList<>(queue);
      queue.clear();
      serving = null;
      monitor.signal();
    } finally {
      monitor.unlock();
    }
    left.forEach(command -> command.answer().completeExceptionally(notCoordinator()));
  }

  private NotCoordinatorException notCoordinator() {
    return new NotCoordinatorException("This node does not coordinate " + partition);
  }

  private CoordinatorLoadInProgressException loading() {
    return new CoordinatorLoadInProgressException(partition + " is not ready yet");
  }
}
