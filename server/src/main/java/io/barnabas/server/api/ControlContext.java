package io.barnabas.server.api;

import io.barnabas.log.LogDirectory;
import io.barnabas.metadata.AllocateProducerIds;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.replica.Replicas;
import io.barnabas.server.control.Controller;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

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
   * What the controller answered, as soon as this node's replicas are as it wants them: at once if
   * it changed nothing, as all partitions may still have to be recovered.
   */
  <A> CompletableFuture<A> onceCarriedOut(A answer, boolean changed) {
    return changed
        ? carriedOut.get().thenApply(done -> answer)
        : CompletableFuture.completedFuture(answer);
  }

  /** Asks for a block of producer ids that only this node gets. */
  CompletableFuture<AllocateProducerIds.Block> newProducerIds() {
    Fact.BrokerImage self = image().brokers().get(nodeId());
    return controller.submit(
        new AllocateProducerIds(nodeId(), self == null ? NOT_REGISTERED : self.epoch()));
  }
}
