package io.barnabas.server.api;

import io.barnabas.log.LogDirectory;
import io.barnabas.metadata.AllocateProducerIds;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Fact;
import io.barnabas.replica.Replicas;
import io.barnabas.server.control.Controller;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the handlers of the control plane work with.
 *
 * @param carriedOut completes when this node's replicas are as the newest image wants them
 */
public record ControlContext(
    World world,
    LiveSettings settings,
    Controller controller,
    Replicas replicas,
    LogDirectory directory,
    Supplier<CompletableFuture<Void>> carriedOut) {

  private static final long NOT_REGISTERED = -1;

  ClusterImage image() {
    return controller.image();
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
            .submit(command)
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

  /** Asks for a block of producer ids that only this node gets. */
  CompletableFuture<AllocateProducerIds.Block> newProducerIds() {
    Fact.BrokerImage self = image().brokers().get(nodeId());
    return controller.submit(
        new AllocateProducerIds(nodeId(), self == null ? NOT_REGISTERED : self.epoch()));
  }
}
