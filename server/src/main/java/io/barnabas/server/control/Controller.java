package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.FactCodec;
import io.barnabas.metadata.UnreadableFactException;
import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.Quorum;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control loop: takes commands from a bounded queue, decides a batch of them against the newest
 * image and what it decided just before, proposes their facts to the quorum as one entry, and once
 * that is applied tells the listeners and gives the answers. One entry is in flight; one that the
 * quorum refuses is decided again. Safe for use by any thread.
 */
public final class Controller implements AutoCloseable {
  /** While so many commands are not answered, another one is refused. */
  static final int MAX_WAITING = 1_000;

  static final int MAX_ENTRY_BYTES = 4 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final int THROTTLE_MS = 1_000;

  private final World world;
  private final Quorum quorum;
  private final Consumer<IOException> onFailure;
  private final Monitor monitor;
  private final CommittedState state;

  /** Held while listeners are told, so that each is told of images in order. */
  private final ReentrantLock telling = new ReentrantLock();

  private final List<Consumer<ClusterImage>> listeners = new ArrayList<>();

  /** The image that the listeners know; changed by the loop alone. */
  private ClusterImage told;

  /** All that is not answered, what is in flight included; under the monitor. */
  private final List<Request<?>> waiting = new ArrayList<>();

  private volatile boolean closed;

  private final WorldThread thread;

  private Controller(
      World world,
      Quorum quorum,
      Monitor monitor,
      CommittedState state,
      Consumer<IOException> onFailure) {
    this.world = world;
    this.quorum = quorum;
    this.monitor = monitor;
    this.state = state;
    this.onFailure = onFailure;
    told = state.image();
    thread = world.threads().startPlatform("barnabas-controller", this::run);
  }

  /**
   * Replays the quorum, then begins to take commands. The quorum is closed with the controller, or
   * when this fails. For a platform thread, as the quorum may force files.
   *
   * @param onFailure told once if the quorum fails for good; by the control thread, so it must not
   *     wait, nor close the controller itself
   * @throws IOException with a message for the operator
   */
  public static Controller start(
      World world, Quorum quorum, String clusterId, Consumer<IOException> onFailure)
      throws IOException {
    Monitor monitor = world.threads().newMonitor();
    CommittedState state = new CommittedState(monitor, ClusterImage.empty(clusterId));
    try {
      replay(quorum, state);
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
    return new Controller(world, quorum, monitor, state, onFailure);
  }

  private static void replay(Quorum quorum, CommittedState state) throws IOException {
    try {
      quorum.start(state);
    } catch (UnreadableFactException e) {
      throw new IOException("The cluster's metadata cannot be read: " + e.getMessage(), e);
    }
  }

  /** The newest image that was applied. Never waits. */
  public ClusterImage image() {
    return state.image();
  }

  /**
   * Has a command decided, and its facts committed and told to the listeners. Never waits.
   *
   * @return the answer; or an {@link ApiException}: what the command itself was refused with,
   *     {@link ThrottlingQuotaExceededException} if too many commands wait, {@link
   *     KafkaStorageException} if the disk is full (nothing changed in these cases), {@link
   *     NotControllerException} if the controller stops, when it may or may not have been carried
   *     out. Completed by the control thread, which must not be held up
   */
  public <A> CompletableFuture<A> submit(Command<A> command) {
    Request<A> request = new Request<>(command);
    monitor.lock();
    try {
      if (isStopping()) {
        request.fail(stopping());
      } else if (waiting.size() >= MAX_WAITING) {
        request.fail(
            new ThrottlingQuotaExceededException(
                THROTTLE_MS, "Too many changes wait for the controller; try again later."));
      } else {
        waiting.add(request);
        monitor.signalAll();
      }
      return request.answer();
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Tells a listener of the newest image now, on this thread, and from then on of each newer one,
   * on the control thread; of several that come at once it may be told of the last alone. The
   * listener may wait for disks, and holds up the answers until it returns; it must not throw.
   */
  public void onImage(Consumer<ClusterImage> listener) {
    telling.lock();
    try {
      listener.accept(told);
      listeners.add(listener);
    } finally {
      telling.unlock();
    }
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
    for (List<Request<?>> requests = next(); !isStopping(); requests = next()) {
      tell();
      if (!requests.isEmpty()) {
        carryOut(requests);
      }
    }
    refuse(Integer.MAX_VALUE, stopping());
    state.failure().ifPresent(onFailure);
  }

  /** All that waits, once there is any, or a newer image, or the end. */
  private List<Request<?>> next() {
    monitor.lock();
    try {
      while (waiting.isEmpty() && state.image().version() == told.version() && !isStopping()) {
        monitor.await();
      }
      return List.copyOf(waiting);
    } finally {
      monitor.unlock();
    }
  }

  private void carryOut(List<Request<?>> requests) {
    ClusterImage base = state.image();
    Batch batch = Batch.decide(base, requests, MAX_ENTRY_BYTES, world.clock().wallTimeMillis());
    if (batch.facts().isEmpty()) {
      take(batch.requests());
      batch.answer();
      return;
    }
    try {
      if (quorum.propose(base.version(), FactCodec.encode(batch.facts())).join()) {
        tell();
        take(batch.requests());
        batch.answer();
      } else {
        awaitNewerThan(base);
      }
    } catch (CompletionException e) {
      proposalFailed(batch, e.getCause() instanceof IOException io ? io : new IOException(e));
    }
  }

  private void proposalFailed(Batch batch, IOException cause) {
    if (cause instanceof NotAppendedException) {
      LOG.warn("A change of the cluster was not made: {}", cause.getMessage());
      refuse(batch.requests(), new KafkaStorageException(cause.getMessage(), cause));
    } else {
      state.failed(cause);
    }
  }

  /** Another entry came first, and is perhaps not applied here yet. */
  private void awaitNewerThan(ClusterImage image) {
    monitor.lock();
    try {
      while (state.image().version() == image.version() && !isStopping()) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
  }

  private void tell() {
    telling.lock();
    try {
      if (told.version() != state.image().version()) {
        told = state.image();
        List.copyOf(listeners).forEach(listener -> listener.accept(told));
      }
    } finally {
      telling.unlock();
    }
  }

  private void refuse(int most, ApiException cause) {
    take(most).forEach(request -> request.fail(cause));
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

  private boolean isStopping() {
    return closed || state.failure().isPresent();
  }

  private NotControllerException stopping() {
    return new NotControllerException(
        state
            .failure()
            .map(cause -> "The controller has failed: " + cause.getMessage())
            .orElse("The controller is stopping."));
  }
}
