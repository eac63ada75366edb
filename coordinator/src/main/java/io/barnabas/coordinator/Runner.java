package io.barnabas.coordinator;

import io.barnabas.coordinator.Shard.Command;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides the commands of one shard and carries out what is decided. A batch of decisions is
 * appended as a whole, and its answers leave when it is replicated; if it cannot be appended, it is
 * as if it had never been decided. For one thread, but for {@link #replicated}.
 *
 * @param <S> the state
 * @param <C> what can be asked for
 */
final class Runner<S, C> {
  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

  /** Before a timer whose decision could not be appended runs out once more. */
  private static final long TIMER_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Who is told of something. */
  private record Told(CompletableFuture<Object> who, Object what) {}

  /**
   * What was appended and is not replicated, or decided after it.
   *
   * @param endOffset after its last record
   */
  private record Unreplicated<S>(long endOffset, S state, List<Told> answers, long deadlineNanos) {}

  private final World world;
  private final StateMachine<S, C> machine;
  private final CoordinatorOptions options;
  private final LedPartition partition;
  private final Timers timers = new Timers();
  private final Map<Long, CompletableFuture<Object>> waiting = new HashMap<>();
  private final Deque<Unreplicated<S>> unreplicated = new ArrayDeque<>();
  private long nextWaiter;

  /** Before it is replicated to the end, nobody may see what was loaded. */
  private final long loadedEnd;

  private boolean ready;

  /** Since when nobody is heard here. */
  private OptionalLong asideNanos = OptionalLong.empty();

  /** As it is after all that was appended. */
  private S state;

  private volatile S replicated;

  Runner(
      World world,
      StateMachine<S, C> machine,
      CoordinatorOptions options,
      LedPartition partition,
      S loaded,
      long loadedEnd) {
    this.world = world;
    this.machine = machine;
    this.options = options;
    this.partition = partition;
    this.loadedEnd = loadedEnd;
    state = loaded;
    replicated = loaded;
  }

  /** The state that no other leader can take back. For any thread. */
  S replicated() {
    return replicated;
  }

  boolean isReady() {
    return ready;
  }

  /** When there is something to do even if nobody asks. */
  OptionalLong nextDeadlineNanos() {
    OptionalLong timer = timers.nextDeadlineNanos();
    OptionalLong answer =
        unreplicated.stream()
            .filter(each -> !each.answers().isEmpty())
            .mapToLong(Unreplicated::deadlineNanos)
            .min();
    if (timer.isEmpty() || answer.isEmpty()) {
      return timer.isPresent() ? timer : answer;
    }
    return OptionalLong.of(Math.min(timer.getAsLong(), answer.getAsLong()));
  }

  /**
   * Answers those who waited for what is replicated now, and those who have waited too long.
   *
   * @param image the newest
   */
  void takeNoticeOfReplication(ClusterImage image) {
    long highWatermark = partition.highWatermark();
    if (!ready && highWatermark >= loadedEnd) {
      ready = true;
      Attempt first = new Attempt();
      first.add(machine.loaded(state, image, nowMs()));
      carryOut(first);
    }
    while (!unreplicated.isEmpty() && unreplicated.peekFirst().endOffset() <= highWatermark) {
      Unreplicated<S> done = unreplicated.removeFirst();
      replicated = done.state();
      done.answers().forEach(told -> told.who().complete(told.what()));
    }
    long now = world.clock().nanoTime();
    for (Unreplicated<S> late : unreplicated) {
      if (late.deadlineNanos() <= now) {
        late.answers().forEach(told -> told.who().completeExceptionally(notReplicated()));
        late.answers().clear();
      }
    }
  }

  private static CoordinatorNotAvailableException notReplicated() {
    return new CoordinatorNotAvailableException("What was decided is not replicated yet");
  }

  /**
   * Nobody is heard for now, which is no fault of theirs: no timer goes on.
   *
   * @param reason for those who wait for something to happen
   */
  void standAside(ApiException reason) {
    if (asideNanos.isEmpty()) {
      asideNanos = OptionalLong.of(world.clock().nanoTime());
      waiting.values().forEach(who -> who.completeExceptionally(reason));
    }
  }

  /** Goes on, if it has stood aside. */
  void goOn() {
    asideNanos.ifPresent(since -> timers.delay(world.clock().nanoTime() - since));
    asideNanos = OptionalLong.empty();
  }

  /** Decides what becomes of the timers that had run out by a moment. */
  void expire(long byNanos) {
    for (Optional<TimerKey> key = timers.takeExpired(byNanos);
        key.isPresent();
        key = timers.takeExpired(byNanos)) {
      Attempt attempt = new Attempt();
      attempt.timer = key;
      attempt.add(machine.expired(state, key.get(), nowMs()));
      carryOut(attempt);
    }
  }

  /** Decides commands in order, in batches. */
  void decide(List<Command<C>> commands) {
    Attempt attempt = new Attempt();
    for (Command<C> command : commands) {
      long waiter = nextWaiter++;
      Decision<S> decision = decide(attempt.state, command, waiter);
      if (!attempt.commands.isEmpty()
          && attempt.bytes + bytes(decision) > options.maxBatchBytes()) {
        carryOut(attempt);
        attempt = new Attempt();
        // Anew, as what it was decided on may not have come true.
        decision = decide(attempt.state, command, waiter);
      }
      if (!command.answer().isDone()) {
        waiting.put(waiter, command.answer());
        attempt.commands.add(waiter);
      }
      attempt.add(decision);
    }
    carryOut(attempt);
  }

  private Decision<S> decide(S before, Command<C> command, long waiter) {
    try {
      return machine.decide(before, command.asked(), waiter, nowMs());
    } catch (RuntimeException e) {
      LOG.error("A defect: {} could not be decided", command.asked().getClass(), e);
      command.answer().completeExceptionally(new UnknownServerException("It was not decided", e));
      return Decision.nothing(before);
    }
  }

  private static long bytes(Decision<?> decision) {
    return decision.records().stream().mapToLong(CoordinatorRecord::maxBytes).sum();
  }

  /** Decisions that are appended together, or not at all. */
  private final class Attempt {
    private final List<Long> commands = new ArrayList<>();
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private Optional<TimerKey> timer = Optional.empty();
    private S state = Runner.this.state;
    private long bytes;

    void add(Decision<S> decision) {
      records.addAll(decision.records());
      effects.addAll(decision.effects());
      state = decision.state();
      bytes += Runner.bytes(decision);
    }
  }

  private void carryOut(Attempt attempt) {
    try {
      OptionalLong end =
          attempt.records.isEmpty()
              ? OptionalLong.empty()
              : OptionalLong.of(partition.append(attempt.records, nowMs()));
      state = attempt.state;
      List<Told> answers = new ArrayList<>();
      attempt.effects.forEach(effect -> carryOut(effect, answers));
      answerLater(end, answers);
    } catch (ApiException e) {
      refuse(attempt, e);
    }
  }

  private void carryOut(Effect effect, List<Told> answers) {
    switch (effect) {
      case Effect.Answer answer -> {
        CompletableFuture<Object> who = waiting.remove(answer.waiter());
        if (who == null) {
          throw new IllegalStateException("answered twice: " + answer.answer());
        }
        answers.add(new Told(who, answer.answer()));
      }
      case Effect.SetTimer set -> setTimer(set.key(), set.delayMs());
      case Effect.StartTimer start -> {
        if (!timers.isSet(start.key())) {
          setTimer(start.key(), start.delayMs());
        }
      }
      case Effect.CancelTimer cancel -> timers.cancel(cancel.key());
    }
  }

  private void setTimer(TimerKey key, long delayMs) {
    timers.set(key, world.clock().nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs));
  }

  /** What was decided without records may rest on some that are not replicated. */
  private void answerLater(OptionalLong end, List<Told> answers) {
    long deadline =
        world.clock().nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.appendTimeoutMs());
    if (end.isPresent()) {
      unreplicated.addLast(new Unreplicated<>(end.getAsLong(), state, answers, deadline));
    } else if (!unreplicated.isEmpty()) {
      Unreplicated<S> last = unreplicated.getLast();
      if (last.answers().isEmpty()) {
        // Nobody waits for it any more, and the new one stands for it.
        unreplicated.removeLast();
      }
      unreplicated.addLast(new Unreplicated<>(last.endOffset(), state, answers, deadline));
    } else {
      replicated = state;
      answers.forEach(told -> told.who().complete(told.what()));
    }
  }

  /** As if nothing of it had been decided. */
  private void refuse(Attempt attempt, ApiException reason) {
    ApiException told = forClients(reason);
    for (long waiter : attempt.commands) {
      CompletableFuture<Object> who = waiting.remove(waiter);
      if (who != null) {
        who.completeExceptionally(told);
      }
    }
    attempt.timer.ifPresent(key -> timers.set(key, world.clock().nanoTime() + TIMER_RETRY_NANOS));
  }

  /** What is wrong with the partition means something else where a partition was asked for. */
  private static ApiException forClients(ApiException reason) {
    return switch (Errors.forException(reason)) {
      case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR ->
          new NotCoordinatorException(reason.getMessage());
      case NOT_ENOUGH_REPLICAS -> new CoordinatorNotAvailableException(reason.getMessage());
      default -> reason;
    };
  }

  /** Tells all who wait that there will be no answer from here. */
  void end(ApiException reason) {
    unreplicated.forEach(
        each -> each.answers().forEach(told -> told.who().completeExceptionally(reason)));
    unreplicated.clear();
    waiting.values().forEach(who -> who.completeExceptionally(reason));
    waiting.clear();
  }

  private long nowMs() {
    return world.clock().wallTimeMillis();
  }
}
