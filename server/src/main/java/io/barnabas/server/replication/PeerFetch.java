package io.barnabas.server.replication;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.replica.LeaderFetch;
import io.barnabas.world.World;
import java.util.Optional;
import java.util.function.Supplier;

/** Fetches from leaders at the listener at which nodes reach each other. Thread-safe. */
public final class PeerFetch implements LeaderFetch {
  /**
   * What a fetch may bring.
   *
   * @param minBytes that are enough for an answer at once (replica.fetch.min.bytes)
   * @param maxBytes of all records in an answer (replica.fetch.response.max.bytes); a first batch
   *     may be longer
   * @param partitionMaxBytes of the records of one partition (replica.fetch.max.bytes)
   */
  public record Bounds(int minBytes, int maxBytes, int partitionMaxBytes) {
    /** Kafka's defaults. */
    public static final Bounds DEFAULTS = new Bounds(1, 10 << 20, 1 << 20);
  }

  private final World world;
  private final int nodeId;
  private final Supplier<ClusterImage> images;
  private final String peerListener;
  private final Bounds bounds;

  /**
   * Connects to nobody yet.
   *
   * @param images gives the newest image, at once
   */
  public PeerFetch(
      World world, int nodeId, Supplier<ClusterImage> images, String peerListener, Bounds bounds) {
    this.world = world;
    this.nodeId = nodeId;
    this.images = images;
    this.peerListener = peerListener;
    this.bounds = bounds;
  }

  @Override
  public Line line(int leader) {
    return new LeaderLine(
        world, "barnabas-follow-" + leader, nodeId, () -> endpoint(leader), bounds);
  }

  private Optional<Fact.Endpoint> endpoint(int leader) {
    return images
        .get()
        .broker(leader)
        .flatMap(
            broker ->
                broker.endpoints().stream()
                    .filter(each -> each.listener().equals(peerListener))
                    .findFirst());
  }
}
