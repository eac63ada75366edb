package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Fact;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The controller of this node, by which it takes part in what the cluster agrees on. On the node
 * that leads the quorum it is the active one, and decides. On the others it only tells the
 * listeners. Safe for use by any thread.
 */
public final class Controller implements AutoCloseable {
  private static final long MILLISECOND_NANOS = 1_000_000;

  /** How long a command waits that does not say. */
  private static final int MOST_WAIT_MS = 30_000;

  /** How long one waits at least, as the quorum needs its time. */
  private static final int LEAST_WAIT_MS = 1_000;

  private final World world;
  private final Quorum quorum;
  private final CommittedState state;
  private final Listeners listeners;
  private final ControlLoop loop;
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
    this.state = state;
    listeners = new Listeners(monitor, state.image());
    loop = new ControlLoop(world, quorum, monitor, state, activation, listeners, onFailure);
    thread = world.threads().startPlatform("barnabas-controller", loop::run);
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
    return loop.leadership();
  }

  /**
   * Whether nobody else had decided half a second ago: what was decided by then is what the whole
   * cluster holds. Another one may have been elected since.
   */
  public boolean isProven() {
    return loop.isProven();
  }

  /** As {@link #submit(Command, int)}, for whoever waits as long as it may reasonably take. */
  public <A> CompletableFuture<A> submit(Command<A> command) {
    return submit(command, MOST_WAIT_MS);
  }

  /**
   * Has a command decided, and its facts committed and told to the listeners. Never waits.
   *
   * @param timeoutMs after which it is not begun any more, and its outcome not waited for; at least
   *     a second
   * @return the answer; or an {@link ApiException}: what the command itself was refused with,
   *     {@link ThrottlingQuotaExceededException} if too many commands wait, {@link
   *     KafkaStorageException} if the disk is full, {@link NotControllerException} if another node
   *     decides or this one stops (nothing changed in these cases), {@link TimeoutException} if it
   *     is not known whether it was carried out. Completed by the control thread, which must not be
   *     held up
   */
  public <A> CompletableFuture<A> submit(Command<A> command, int timeoutMs) {
    long waitNanos = Math.max(LEAST_WAIT_MS, timeoutMs) * MILLISECOND_NANOS;
    Request<A> request = new Request<>(command, world.clock().nanoTime() + waitNanos);
    loop.add(request);
    return request.answer();
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

  /** As {@link Quorum#handOver}: another controller decides from now on, if there is one. */
  public boolean handOver() {
    return quorum.handOver();
  }

  /** Carries out what is in flight, refuses what waits, stops, and closes the quorum. */
  @Override
  public void close() throws IOException {
    loop.stop();
    thread.join();
    quorum.close();
  }
}
