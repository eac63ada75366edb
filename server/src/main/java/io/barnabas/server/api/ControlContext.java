package io.barnabas.server.api;

import io.barnabas.log.LogDirectory;
import io.barnabas.metadata.AllocateProducerIds;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Fact;
import io.barnabas.replica.Replicas;
import io.barnabas.server.control.Controller;
import io.barnabas.server.forwarding.Forwarder;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Client;
import io.barnabas.server.net.EnclosedRequest;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the handlers of the control plane work with.
 *
 * @param carriedOut completes when this node's replicas are as the newest image wants them
 * @param forwarder takes what the active controller must decide to it
 */
public record ControlContext(
    World world,
    LiveSettings settings,
    Controller controller,
    Replicas replicas,
    LogDirectory directory,
    Supplier<CompletableFuture<Void>> carriedOut,
    Optional<Forwarder> forwarder) {

  private static final long NOT_REGISTERED = -1;

  private static final InetSocketAddress NO_CONNECTION =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final Client SELF = new Client(-1, "", NO_CONNECTION, NO_CONNECTION);

  /** Of a node that is alone, and so always decides itself. */
  public ControlContext(
      World world,
      LiveSettings settings,
      Controller controller,
      Replicas replicas,
      LogDirectory directory,
      Supplier<CompletableFuture<Void>> carriedOut) {
    this(world, settings, controller, replicas, directory, carriedOut, Optional.empty());
  }

  ClusterImage image() {
    return controller.image();
  }

  /**
   * The newest image as clients of a listener are to see it. A node that stands aside as a leader
   * does not show itself: a client that knows of it asks it again and again, as it is connected to
   * it, and nobody knows less of who leads now.
   */
  PartitionView view(String listenerName) {
    return new PartitionView(image(), listenerName, replicas::standsAside);
  }

  NodeSettings atStart() {
    return settings.atStart();
  }

  int nodeId() {
    return atStart().nodeId();
  }

  /**
   * Has something changed by the controller, and waits until this node's replicas are as it wants
   * them: not if nothing was changed, as all partitions may still have to be recovered.
   *
   * @param error what became of one item
   * @param timeoutMs after which the future fails, although what was begun goes on
   */
  <R> CompletableFuture<List<R>> change(
      Command<List<R>> command, boolean validateOnly, Function<R, Errors> error, int timeoutMs) {
    CompletableFuture<List<R>> changed =
        controller
            .submit(command, timeoutMs)
            .thenCompose(
                results ->
                    !validateOnly
                            && results.stream().anyMatch(one -> error.apply(one) == Errors.NONE)
                        ? carriedOut.get().thenApply(done -> results)
                        : CompletableFuture.completedFuture(results));
    return Later.within(world, timeoutMs, changed);
  }

  /**
   * Has something changed by the controller that this node's replicas have nothing to do with.
   *
   * @return fails after the usual time limit of clients, although what was begun goes on
   */
  <A> CompletableFuture<A> alter(Command<A> command) {
    return Later.within(
        world, IncrementalAlterConfigsHandler.MAX_WAIT_MS, controller.submit(command));
  }

  /**
   * Has the active controller carry out a request of this node itself; the error in the answer says
   * if there is none.
   *
   * @param handler does it if that is this node
   */
  <Q extends ApiMessage> CompletableFuture<ApiMessage> ask(
      ApiHandler<Q> handler, Q request, Asking asking) {
    EnclosedRequest enclosed =
        new EnclosedRequest(handler.api(), handler.newestVersion(), 0, "node-" + nodeId(), request);
    return forwarder
        .map(way -> asking.by(way, handler, enclosed, SELF))
        .orElseGet(() -> Forwarder.here(handler, enclosed, SELF));
  }

  /** How the active controller is asked. */
  @FunctionalInterface
  interface Asking {
    /** One of the forwarder's ways. */
    CompletableFuture<ApiMessage> by(
        Forwarder forwarder, ApiHandler<?> handler, EnclosedRequest request, Client self);
  }

  /** Asks for a block of producer ids that only this node gets. */
  CompletableFuture<AllocateProducerIds.Block> newProducerIds() {
    Fact.BrokerImage self = image().brokers().get(nodeId());
    AllocateProducerIdsRequestData request =
        new AllocateProducerIdsRequestData()
            .setBrokerId(nodeId())
            .setBrokerEpoch(self == null ? NOT_REGISTERED : self.epoch());
    return ask(new AllocateProducerIdsHandler(this), request, Forwarder::ask)
        .thenApply(answer -> block((AllocateProducerIdsResponseData) answer));
  }

  private static AllocateProducerIds.Block block(AllocateProducerIdsResponseData answer) {
    Errors error = Errors.forCode(answer.errorCode());
    Optional<String> why = error == Errors.NONE ? Optional.empty() : Optional.of(error.message());
    return new AllocateProducerIds.Block(
        error, why, answer.producerIdStart(), answer.producerIdLen());
  }
}
