package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Fact;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control loop. On the node that leads the quorum it is the active one: it takes commands from
 * a bounded queue, decides a batch of them against the newest image and what it decided just
 * before, proposes their facts to the quorum as one entry, and once that is applied tells the
 * listeners and gives the answers. One entry is in flight; one that the quorum refuses is decided
 * again. The first entry of each epoch says who decides from then on. On the other nodes it only
 * tells the listeners. Safe for use by any thread.
 */
public final class Controller implements AutoCloseable {
  /** While so many commands are not answered, another one is refused. */
  static final int MAX_WAITING = 1_000;

  static final int MAX_ENTRY_BYTES = 4 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final int THROTTLE_MS = 1_000;

  /** How long the controller rests when the quorum takes nothing. */
  private static final long PAUSE_NANOS = 50_000_000;

  private final World world;
  private final Quorum quorum;
  private final Activation activation;
  private final Consumer<IOException> onFailure;
  private final Monitor monitor;
  private final CommittedState state;
  private final Listeners listeners;

  /** All that is neither answered nor in flight; under the monitor. */
  private final List<Request<?>> waiting = new ArrayList<>();

  private volatile boolean closed;

  /** What was proposed last and is not settled; changed by the loop alone. */
  private volatile @Nullable InFlight inFlight;

  // Of the loop.
  private boolean pausing;
  private long pausedUntilNanos;

  private final WorldThread thread;

  private Controller(
      World world,
      Quorum quorum,
      Monitor monitor,
      CommittedState state,
      Activation activation,
      Consumer<IOException> onFailure) {
    this.world = world;
    this.quorum = quorum;
    this.monitor = monitor;
    this.state = state;
    this.activation = activation;
    this.onFailure = onFailure;
    listeners = new Listeners(monitor, state.image());
    thread = world.threads().startPlatform("barnabas-controller", this::run);
  }

  /**
   * Replays the quorum, then begins to take commands. The quorum is closed with the controller, or
   * when this fails. For a platform thread, as the quorum may force files.
   *
   * @param onFailure told once if the quorum fails for good, or what it committed cannot be
   *     applied; by the control thread, so it must not wait, nor close the controller itself
   * @throws IOException with a message for the operator
   */
  public static Controller start(
      World world, Quorum quorum, String clusterId, Consumer<IOException> onFailure)
      throws IOException {
    return start(world, quorum, clusterId, image -> List.of(), onFailure);
  }

  /** The same with what is decided first when this node begins to; that must not wait. */
  public static Controller start(
      World world,
      Quorum quorum,
      String clusterId,
      Function<ClusterImage, List<Fact>> first,
      Consumer<IOException> onFailure)
      throws IOException {
    Monitor monitor = world.threads().newMonitor();
    CommittedState state = new CommittedState(monitor, ClusterImage.empty(clusterId));
    try {
      quorum.start(state);
      if (state.failure().isPresent()) {
        throw state.failure().get();
      }
      String found = state.image().clusterId();
      if (!found.equals(clusterId)) {
        throw new IOException(
            "The metadata here is of cluster %s, but this node belongs to cluster %s"
                .formatted(found, clusterId));
      }
    } catch (IOException | RuntimeException e) {
      quorum.close();
      throw e;
    }
    return new Controller(world, quorum, monitor, state, new Activation(first), onFailure);
  }

  /** The newest image that was applied. Never waits. */
  public ClusterImage image() {
    return state.image();
  }

  /** Whether this node decides for the cluster, as far as it knows, and has said so. */
  public boolean isActive() {
    return leadership().active();
  }

  /**
   * Who leads the quorum; active once this node decides, and the listeners know all that was
   * decided before.
   */
  public Leadership leadership() {
    Leadership now = state.leadership();
    boolean active = now.active() && Activation.isDone(listeners.image(), now);
    return new Leadership(now.leaderId(), now.epoch(), active);
  }

  /**
   * Has a command decided, and its facts committed and told to the listeners. Never waits.
   *
   * @return the answer; or an {@link ApiException}: what the command itself was refused with,
   *     {@link ThrottlingQuotaExceededException} if too many commands wait, {@link
   *     KafkaStorageException} if the disk is full, {@link NotControllerException} if another node
   *     decides or this one stops (nothing changed in these cases), {@link TimeoutException} if it
   *     is not known whether it was carried out. Completed by the control thread, which must not be
   *     held up
   */
  public <A> CompletableFuture<A> submit(Command<A> command) {
    Request<A> request = new Request<>(command);
    Optional<ApiException> refusal;
    monitor.lock();
    try {
      refusal = refusal();
      if (refusal.isEmpty()) {
        waiting.add(request);
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
    refusal.ifPresent(request::fail);
    return request.answer();
  }

  private Optional<ApiException> refusal() {
    InFlight proposed = inFlight;
    int unanswered = waiting.size() + (proposed == null ? 0 : proposed.requests().size());
    if (isStopping()) {
      return Optional.of(stopping());
    } else if (!state.leadership().active()) {
      return Optional.of(notActive());
    } else if (unanswered >= MAX_WAITING) {
      return Optional.of(
          new ThrottlingQuotaExceededException(
              THROTTLE_MS, "Too many changes wait for the controller; try again later."));
    }
    return Optional.empty();
  }

  /**
   * Tells a listener of the newest image now, on this thread, and from then on of each newer one,
   * on the control thread; of several that come at once it may be told of the last alone. The
   * listener may wait for disks, and holds up the answers until it returns; it must not throw.
   */
  public void onImage(Consumer<ClusterImage> listener) {
    listeners.onImage(listener);
  }

  /**
   * Tells a listener of {@link #leadership} now, on this thread, and from then on whenever it has
   * changed, on the control thread, after the image that goes with it. It must neither wait nor
   * throw.
   */
  public void onLeadership(Consumer<Leadership> listener) {
    listeners.onLeadership(listener);
  }

  /**
   * Completes when the listeners know an image of this version or a newer one. Never waits.
   *
   * @return fails with a {@link TimeoutException} if the controller stops before. Completed by the
   *     control thread or the caller
   */
  public CompletableFuture<Void> awaitVersion(long version) {
    return listeners.awaitVersion(version);
  }

  /**
   * Completes when this node knows all that anyone in the cluster was told of before this call.
   * Fails as {@link #awaitVersion} does, or with an {@link IOException} if the quorum does not
   * answer.
   */
  public CompletableFuture<Void> readBarrier() {
    return quorum.readIndex().thenCompose(this::awaitVersion);
  }

  /** Who votes and who follows, and how far each is if this node leads. */
  public QuorumStatus quorumStatus() {
    return quorum.status();
  }

  /** As {@link Quorum#addVoter}. */
  public CompletableFuture<Void> addVoter(QuorumMember member) {
    return quorum.addVoter(member);
  }

  /** As {@link Quorum#removeVoter}. */
  public CompletableFuture<Void> removeVoter(int nodeId, UUID directoryId) {
    return quorum.removeVoter(nodeId, directoryId);
  }

  /** Carries out what is in flight, refuses what waits, stops, and closes the quorum. */
  @Override
  public void close() throws IOException {
    monitor.lock();
    try {
      closed = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    thread.join();
    quorum.close();
  }

  private void run() {
    while (awaitWork()) {
      tell();
      proceed();
    }
    InFlight left = inFlight;
    if (left != null) {
      left.requests().forEach(request -> request.fail(unknownOutcome()));
    }
    refuseWaiting(stopping());
    listeners.end();
    state.failure().ifPresent(onFailure);
  }

  /** Waits until there is something to do; false at the end. */
  private boolean awaitWork() {
    monitor.lock();
    try {
      while (!isOver() && !hasNews() && !canProceed()) {
        if (pausing) {
          pausing = monitor.awaitUntil(pausedUntilNanos);
        } else {
          monitor.await();
        }
      }
      return !isOver();
    } finally {
      monitor.unlock();
    }
  }

  /** Whether nothing more can be done; what is in flight is waited for while there is hope. */
  private boolean isOver() {
    return state.failure().isPresent() || (closed && !mayStillEnd(inFlight));
  }

  private boolean mayStillEnd(@Nullable InFlight proposed) {
    return proposed != null && !proposed.isUnclear() && state.leadership().active();
  }

  private boolean hasNews() {
    return listeners.image().version() != state.image().version()
        || !listeners.leadership().equals(leadership());
  }

  private boolean canProceed() {
    InFlight proposed = inFlight;
    boolean active = state.leadership().active();
    if (proposed != null) {
      return isSettled(proposed) || (active && !pausing && proposed.isUnclear());
    }
    return active
        ? !pausing && (mustActivate() || (mayDecide() && !waiting.isEmpty()))
        : !waiting.isEmpty();
  }

  private boolean isSettled(InFlight proposed) {
    return isOutlived(proposed) || proposed.isSettled(state.image().version());
  }

  /**
   * Whether this node leads anew since. All that was committed before is known then, and nothing
   * else that is older ever will be: nobody else may say what became of it, as the next entry is
   * this node's.
   */
  private boolean isOutlived(InFlight proposed) {
    Leadership now = state.leadership();
    return now.active() && now.epoch() > proposed.epoch();
  }

  private boolean mustActivate() {
    return Activation.isDue(state.image(), state.leadership());
  }

  private boolean mayDecide() {
    return Activation.isDone(state.image(), state.leadership());
  }

  private void proceed() {
    InFlight proposed = inFlight;
    Leadership now = state.leadership();
    if (proposed != null) {
      if (isSettled(proposed)) {
        inFlight = null;
        settle(proposed);
      } else if (proposed.isUnclear() && now.active() && !pausing) {
        propose(proposed.again(now.epoch()));
      }
    } else if (!now.active()) {
      refuseWaiting(notActive());
    } else if (!pausing && !closed && mustActivate()) {
      propose(state.image(), activation.facts(state.image(), now), List.of(), () -> {});
    } else if (!pausing && !closed && mayDecide()) {
      decide(state.image());
    }
  }

  private void decide(ClusterImage base) {
    List<Request<?>> requests = copyOfWaiting();
    if (requests.isEmpty()) {
      return;
    }
    int mostBytes = MAX_ENTRY_BYTES - Entry.HEAD_BYTES;
    Batch batch = Batch.decide(base, requests, mostBytes, world.clock().wallTimeMillis());
    List<Request<?>> decided = take(batch.requests());
    if (batch.facts().isEmpty()) {
      batch.answer();
    } else {
      propose(base, batch.facts(), decided, batch::answer);
    }
  }

  private void propose(
      ClusterImage base, List<Fact> facts, List<Request<?>> requests, Runnable answering) {
    int epoch = state.leadership().epoch();
    byte[] entry = Entry.on(base, epoch, facts).encode();
    state.expect(base.version() + 1, entry);
    propose(new InFlight(base.version(), entry, requests, answering, epoch));
  }

  private void propose(InFlight proposed) {
    inFlight = proposed;
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

  private void settle(InFlight proposed) {
    IOException refusal = proposed.refusal().orElse(null);
    boolean committed =
        proposed.taken().orElseGet(() -> state.fate() == CommittedState.Fate.COMMITTED);
    boolean hidden = state.fate() == CommittedState.Fate.UNKNOWN;
    pauseIf(refusal != null);
    if (refusal instanceof NotAppendedException) {
      LOG.warn("A change of the cluster was not made: {}", refusal.getMessage());
      ApiException cause = new KafkaStorageException(refusal.getMessage(), refusal);
      proposed.requests().forEach(request -> request.fail(cause));
    } else if (refusal == null && committed) {
      tell();
      proposed.answer();
    } else if (refusal == null && proposed.taken().isEmpty() && hidden) {
      proposed.requests().forEach(request -> request.fail(unknownOutcome()));
    } else {
      putBack(proposed.requests());
    }
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

  private void refuseWaiting(ApiException cause) {
    take(Integer.MAX_VALUE).forEach(request -> request.fail(cause));
  }

  private List<Request<?>> copyOfWaiting() {
    monitor.lock();
    try {
      return List.copyOf(waiting);
    } finally {
      monitor.unlock();
    }
  }

  /** The first of those that wait, which do not wait any longer. */
  private List<Request<?>> take(int most) {
    monitor.lock();
    try {
      List<Request<?>> first = waiting.subList(0, Math.min(most, waiting.size()));
      List<Request<?>> taken = List.copyOf(first);
      first.clear();
      return taken;
    } finally {
      monitor.unlock();
    }
  }

  /** They are decided again, before all others. */
  private void putBack(List<Request<?>> requests) {
    monitor.lock();
    try {
      waiting.addAll(0, requests);
    } finally {
      monitor.unlock();
    }
  }

  private boolean isStopping() {
    return closed || state.failure().isPresent();
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
