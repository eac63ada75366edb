package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/**
 * Who leads a partition, for answers that send a client on to the right broker (KIP-951). Thread-
 * safe.
 */
final class CurrentLeaders {
  /**
   * The leader of a partition, as the cluster knows it.
   *
   * @param id -1 if nobody leads
   * @param epoch -1 if the partition is unknown, or who leads it
   * @param endpoint where it can be reached on the client's listener
   */
  record Leader(int id, int epoch, Optional<Fact.Endpoint> endpoint, Optional<String> rack) {}

  private static final Leader UNKNOWN = new Leader(-1, -1, Optional.empty(), Optional.empty());

  private final Supplier<ClusterImage> images;
  private final IntPredicate absent;

  /**
   * Of an image.
   *
   * @param images gives the newest one, at once
   * @param absent which brokers lead nothing, whatever it says
   */
  CurrentLeaders(Supplier<ClusterImage> images, IntPredicate absent) {
    this.images = images;
    this.absent = absent;
  }

  /** By the topic's id, or by its name if the id is zero. */
  Leader leader(Uuid topicId, String topic, int partition, String listener) {
    ClusterImage image = images.get();
    Optional<TopicImage> found =
        topicId.equals(Uuid.ZERO_UUID) ? image.topicByName(topic) : image.topicById(topicId);
    PartitionImage state = found.map(t -> t.partitions().get(partition)).orElse(null);
    if (state == null || absent.test(state.leader())) {
      return UNKNOWN;
    }
    Fact.BrokerImage broker = image.brokers().get(state.leader());
    if (broker == null) {
      return new Leader(state.leader(), state.leaderEpoch(), Optional.empty(), Optional.empty());
    }
    Optional<Fact.Endpoint> endpoint =
        broker.endpoints().stream().filter(e -> e.listener().equals(listener)).findFirst();
    return new Leader(state.leader(), state.leaderEpoch(), endpoint, broker.rack());
  }
}
