package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.Quorum;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the controller's thread does. While this node leads the quorum, it takes requests from
 * bounded queues, members' before clients', decides a batch of them on the newest image and what it
 * decided just before, proposes their facts to the quorum as one entry, and once that is applied
 * tells the listeners and gives the answers; if there are no facts, once the quorum has said that
 * the image is the newest. One entry is in flight; one that the quorum refuses is decided again.
 * The first entry of each epoch says who decides from then on. All other methods are safe for use
 * by any thread.
 */
final class ControlLoop {
  static final int MAX_ENTRY_BYTES = 4 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final int THROTTLE_MS = 1_000;

  /** How long the controller rests when the quorum takes nothing. */
  private static final long PAUSE_NANOS = 50_000_000;

  private static final long MILLISECOND_NANOS = 1_000_000;

  /**
   * How long what was proposed in an epoch that is over is waited for: the first entry of the next
   * epoch tells what became of it.
   */
  private static final long LOST_NANOS = 1_000 * MILLISECOND_NANOS;

  /** How long the quorum may take to say that nobody else has decided. */
  private static final long CONFIRM_NANOS = 1_000 * MILLISECOND_NANOS;

  /**
   * How long it is believed once it has said so, where that does no harm: another one may have been
   * elected meanwhile.
   */
  private static final long PROVEN_NANOS = 500 * MILLISECOND_NANOS;

  private record Proof(int epoch, long nanos) {}

  private final World world;
  private final Quorum quorum;
  private final Consumer<IOException> onFailure;
  private final Monitor monitor;
  private final CommittedState state;
  private final Activation activation;
  private final Listeners listeners;

  /** All that is neither answered nor decided; under the monitor. */
  private final Waiting waiting = new Waiting();

  /** Since when it decides no more. */
  private volatile OptionalLong closedNanos = OptionalLong.empty();

  /** Decided and not answered; changed by the loop alone. */
  private volatile @Nullable Pending pending;

  /** When it was last certain that nobody else decided. */
  private volatile Optional<Proof> proof = Optional.empty();

  // Of the loop.
  private boolean pausing;
  private long pausedUntilNanos;

  /** Since when what is pending is of an epoch that is over. */
  private OptionalLong lostNanos = OptionalLong.empty();

  ControlLoop(
      World world,
      Quorum quorum,
      Monitor monitor,
      CommittedState state,
      Activation activation,
      Listeners listeners,
      Consumer<IOException> onFailure) {
    this.world = world;
    this.quorum = quorum;
    this.monitor = monitor;
    this.state = state;
    this.activation = activation;
    this.listeners = listeners;
    this.onFailure = onFailure;
  }

  /** As {@link Controller#leadership}. */
  Leadership leadership() {
    Leadership now = state.leadership();
    boolean active = now.active() && Activation.isDone(listeners.image(), now);
    return new Leadership(now.leaderId(), now.epoch(), active);
  }

  /** As {@link Controller#isProven}. */
  boolean isProven() {
    Leadership now = state.leadership();
    return now.active()
        && proof
            .filter(each -> each.epoch() == now.epoch())
            .filter(each -> world.clock().nanoTime() - each.nanos() <= PROVEN_NANOS)
            .isPresent();
  }

  /** Takes a request, or refuses it. */
  void add(Request<?> request) {
    Optional<ApiException> refusal =
        locked(
            () -> {
              Optional<ApiException> cause = refusal(request.kind());
              if (cause.isEmpty()) {
                waiting.add(request);
                monitor.signalAll();
              }
              return cause;
            });
    refusal.ifPresent(request::fail);
  }

  private Optional<ApiException> refusal(Request.Kind kind) {
    Pending decided = pending;
    long unanswered =
        waiting.count(kind)
            + (decided == null
                ? 0
                : decided.requests().stream().filter(each -> each.kind() == kind).count());
    if (isStopping()) {
      return Optional.of(stopping());
    } else if (!state.leadership().active()) {
      return Optional.of(notActive());
    } else if (unanswered >= Waiting.MOST) {
      return Optional.of(
          new ThrottlingQuotaExceededException(
              THROTTLE_MS, "Too many changes wait for the controller; try again later."));
    }
    return Optional.empty();
  }

  /** Decides no more; {@link #run} ends soon. */
  void stop() {
    if (closedNanos.isEmpty()) {
      closedNanos = OptionalLong.of(world.clock().nanoTime());
    }
    wake();
  }

  /** Until stopped, or until the quorum has failed. */
  void run() {
    for (Runnable step = nextStep(); step != null; step = nextStep()) {
      step.run();
    }
    Pending left = pending;
    if (left != null) {
      fail(left, left instanceof InFlight ? unknownOutcome() : stopping());
    }
    refuse(request -> true, stopping());
    listeners.end();
    state.failure().ifPresent(onFailure);
  }

  /** Waits until there is something to do; null at the end. */
  private @Nullable Runnable nextStep() {
    monitor.lock();
    try {
      while (!isOver()) {
        long now = world.clock().nanoTime();
        pausing = pausing && now - pausedUntilNanos < 0;
        Optional<Runnable> step = step(now);
        if (step.isPresent()) {
          return step.get();
        }
        OptionalLong wake = wakeNanos();
        if (wake.isPresent()) {
          boolean _ = monitor.awaitUntil(wake.getAsLong());
        } else {
          monitor.await();
        }
      }
      return null;
    } finally {
      monitor.unlock();
    }
  }

  /** Whether nothing more can be done; what is in flight is waited for while there is hope. */
  private boolean isOver() {
    return state.failure().isPresent()
        || (closedNanos.isPresent() && !mayStillEnd(pending, closedNanos.getAsLong()));
  }

  /** A disk that hangs must not keep the node from stopping. */
  private boolean mayStillEnd(@Nullable Pending decided, long sinceNanos) {
    return decided instanceof InFlight proposed
        && !proposed.isUnclear()
        && state.leadership().active()
        && world.clock().nanoTime() - sinceNanos < LOST_NANOS;
  }

  /** When time alone makes something due. */
  private OptionalLong wakeNanos() {
    LongStream deadlines =
        Stream.concat(waiting.all(), decided())
            .filter(request -> !request.isAnswered())
            .mapToLong(Request::deadlineNanos);
    LongStream due = pausing ? LongStream.of(pausedUntilNanos) : LongStream.empty();
    LongStream given =
        switch (pending) {
          case Confirmation asked -> LongStream.of(asked.beganNanos() + CONFIRM_NANOS);
          case InFlight _ ->
              LongStream.concat(lostNanos.stream(), closedNanos.stream())
                  .map(since -> since + LOST_NANOS);
          case null -> LongStream.empty();
        };
    return LongStream.concat(LongStream.concat(due, given), deadlines).min();
  }

  private Stream<Request<?>> decided() {
    Pending decided = pending;
    return decided == null ? Stream.empty() : decided.requests().stream();
  }

  /** What is to be done now, if anything. */
  private Optional<Runnable> step(long nowNanos) {
    Leadership now = state.leadership();
    if (hasNews()) {
      return Optional.of(this::tell);
    } else if (!now.active() && !waiting.isEmpty()) {
      return Optional.of(() -> refuse(request -> true, notActive()));
    } else if (Stream.concat(waiting.all(), decided()).anyMatch(each -> each.isOverdue(nowNanos))) {
      return Optional.of(() -> endOverdue(nowNanos));
    }
    return switch (pending) {
      case InFlight proposed -> after(proposed, nowNanos);
      case Confirmation asked -> after(asked, nowNanos);
      case null -> begin(state.image(), now);
    };
  }

  private boolean hasNews() {
    return listeners.image().version() != state.image().version()
        || !listeners.leadership().equals(leadership());
  }

  private Optional<Runnable> after(InFlight proposed, long nowNanos) {
    boolean lost = isLost(proposed);
    boolean shown = state.image().version() > proposed.base();
    if (proposed.refusal().isPresent() || (shown && (lost || proposed.isSaid()))) {
      return Optional.of(() -> settle(proposed, lost));
    } else if (!lost) {
      return proposed.isUnclear() && !pausing
          ? Optional.of(() -> propose(proposed.again()))
          : Optional.empty();
    } else if (lostNanos.isEmpty()) {
      return Optional.of(() -> lostNanos = OptionalLong.of(nowNanos));
    }
    // If this node leads anew, the next entry is its own and does not tell.
    boolean over = nowNanos - lostNanos.getAsLong() >= LOST_NANOS;
    return over || state.leadership().active()
        ? Optional.of(() -> giveUp(proposed))
        : Optional.empty();
  }

  private Optional<Runnable> after(Confirmation asked, long nowNanos) {
    boolean over = nowNanos - asked.beganNanos() >= CONFIRM_NANOS;
    return over || asked.isHeard() || isLost(asked)
        ? Optional.of(() -> settle(asked))
        : Optional.empty();
  }

  /** Whether its epoch is over. */
  private boolean isLost(Pending decided) {
    Leadership now = state.leadership();
    return !now.active() || now.epoch() != decided.epoch();
  }

  private Optional<Runnable> begin(ClusterImage image, Leadership now) {
    if (!now.active() || pausing || closedNanos.isPresent()) {
      return Optional.empty();
    } else if (Activation.isDue(image, now)) {
      return Optional.of(() -> activate(image, now));
    }
    return Activation.isDone(image, now) && !waiting.isEmpty()
        ? Optional.of(() -> decide(image, now.epoch()))
        : Optional.empty();
  }

  private void activate(ClusterImage image, Leadership now) {
    propose(image, now.epoch(), activation.facts(image, now), List.of(), () -> {});
  }

  private void decide(ClusterImage base, int epoch) {
    List<Request<?>> requests = locked(waiting::next);
    int mostBytes = MAX_ENTRY_BYTES - Entry.HEAD_BYTES;
    Batch batch = Batch.decide(base, requests, mostBytes, world.clock().wallTimeMillis());
    List<Request<?>> decided = requests.subList(0, batch.requests());
    locked(
        () -> {
          waiting.remove(decided);
          return decided;
        });
    if (batch.facts().isEmpty()) {
      confirm(base.version(), epoch, decided, batch::answer);
    } else {
      propose(base, epoch, batch.facts(), decided, batch::answer);
    }
  }

  private void propose(
      ClusterImage base,
      int epoch,
      List<Fact> facts,
      List<Request<?>> requests,
      Runnable answering) {
    byte[] entry = Entry.on(base, epoch, facts).encode();
    state.expect(base.version() + 1, entry);
    long now = world.clock().nanoTime();
    propose(new InFlight(base.version(), entry, requests, answering, epoch, now));
  }

  private void propose(InFlight proposed) {
    pendingIs(proposed);
    pauseIf(true);
    CompletableFuture<Boolean> _ =
        quorum
            .propose(proposed.base(), proposed.entry())
            .whenComplete(
                (taken, failure) -> {
                  if (taken != null) {
                    proposed.taken(taken);
                  } else {
                    proposed.failed(failure);
                  }
                  wake();
                });
  }

  private void confirm(long base, int epoch, List<Request<?>> requests, Runnable answering) {
    Confirmation asked =
        new Confirmation(base, epoch, requests, answering, world.clock().nanoTime());
    pendingIs(asked);
    CompletableFuture<Long> _ =
        quorum
            .readIndex()
            .whenComplete(
                (version, failure) -> {
                  asked.heard(version == null ? OptionalLong.empty() : OptionalLong.of(version));
                  wake();
                });
  }

  private void pendingIs(@Nullable Pending decided) {
    pending = decided;
    lostNanos = OptionalLong.empty();
  }

  private void settle(InFlight proposed, boolean lost) {
    IOException refusal = proposed.refusal().orElse(null);
    CommittedState.Fate fate = state.fate();
    boolean hidden = fate == CommittedState.Fate.UNKNOWN;
    boolean committed =
        fate == CommittedState.Fate.COMMITTED || (hidden && proposed.taken().orElse(false));
    pendingIs(null);
    pauseIf(refusal != null);
    if (refusal instanceof NotAppendedException) {
      LOG.warn("A change of the cluster was not made: {}", refusal.getMessage());
      fail(proposed, new KafkaStorageException(refusal.getMessage(), refusal));
    } else if (refusal == null && committed) {
      if (!lost) {
        proof = Optional.of(new Proof(proposed.epoch(), proposed.beganNanos()));
      }
      tell();
      proposed.answer();
    } else if (refusal == null && hidden && !proposed.isNotTaken()) {
      fail(proposed, unknownOutcome());
    } else {
      putBack(proposed.requests());
    }
  }

  /** Nobody can say what became of it in time. */
  private void giveUp(InFlight proposed) {
    pendingIs(null);
    pauseIf(false);
    fail(proposed, unknownOutcome());
  }

  private void settle(Confirmation asked) {
    pendingIs(null);
    pauseIf(!asked.holds());
    if (asked.holds()) {
      proof = Optional.of(new Proof(asked.epoch(), asked.beganNanos()));
      asked.answer();
    } else if (asked.isUnknown() && isLost(asked)) {
      fail(asked, notActive());
    } else {
      putBack(asked.requests());
    }
  }

  private static void fail(Pending decided, ApiException cause) {
    decided.requests().forEach(request -> request.fail(cause));
  }

  private void endOverdue(long nowNanos) {
    refuse(
        request -> request.isOverdue(nowNanos),
        new TimeoutException("The controller did not begin with it in time; nothing changed."));
    decided()
        .filter(request -> request.isOverdue(nowNanos))
        .forEach(request -> request.fail(unknownOutcome()));
  }

  private void pauseIf(boolean due) {
    pausing = due;
    pausedUntilNanos = world.clock().nanoTime() + PAUSE_NANOS;
  }

  private void tell() {
    listeners.tell(state.image(), this::leadership);
  }

  private void wake() {
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  private void refuse(Predicate<Request<?>> which, ApiException cause) {
    locked(() -> waiting.take(which)).forEach(request -> request.fail(cause));
  }

  /** They are decided again, before all others, if somebody still waits for them. */
  private void putBack(List<Request<?>> requests) {
    List<Request<?>> again = requests.stream().filter(each -> !each.isAnswered()).toList();
    locked(
        () -> {
          waiting.putBack(again);
          return again;
        });
  }

  private <R> R locked(Supplier<R> what) {
    monitor.lock();
    try {
      return what.get();
    } finally {
      monitor.unlock();
    }
  }

  private boolean isStopping() {
    return closedNanos.isPresent() || state.failure().isPresent();
  }

  private NotControllerException stopping() {
    return new NotControllerException(whyStopping());
  }

  private TimeoutException unknownOutcome() {
    return new TimeoutException(
        "It is not known whether the change was made. "
            + (isStopping() ? whyStopping() : "Another controller has taken over."));
  }

  private String whyStopping() {
    return state
        .failure()
        .map(cause -> "The controller has failed: " + cause.getMessage())
        .orElse("The controller is stopping.");
  }

  private static NotControllerException notActive() {
    return new NotControllerException("Another node is the active controller, or none.");
  }
}
