package io.barnabas.server.api;

import io.barnabas.metadata.AllocateProducerIds;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.replica.Replicas;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.world.World;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The APIs that append, read and look into partitions on this node. */
public final class DataApis {
  /**
   * What they must know of the node's settings.
   *
   * @param fetchMaxBytes of records in one answer (fetch.max.bytes)
   * @param fetchSessionSlots how many sessions are kept (max.incremental.fetch.session.cache.slots)
   * @param nodesListener the only listener at which followers are believed; empty if there are none
   * @param readsByRack whether consumers are sent to a follower in their rack
   *     (replica.selector.class)
   */
  public record Limits(
      int fetchMaxBytes,
      int fetchSessionSlots,
      Optional<String> nodesListener,
      boolean readsByRack) {}

  private DataApis() {}

  /**
   * A handler for each.
   *
   * @param images gives the newest image, at once
   * @param producerIds asks the controller for a block of producer ids; must not wait
   */
  public static List<ApiHandler<?>> handlers(
      World world,
      Replicas replicas,
      Supplier<ClusterImage> images,
      Supplier<CompletableFuture<AllocateProducerIds.Block>> producerIds,
      Limits limits) {
    return List.of(
        new ProduceHandler(world, replicas, images),
        new FetchHandler(world, replicas, images, limits),
        new ListOffsetsHandler(replicas),
        new OffsetForLeaderEpochHandler(replicas),
        new DeleteRecordsHandler(world, replicas),
        new InitProducerIdHandler(new ProducerIds(producerIds)));
  }
}
