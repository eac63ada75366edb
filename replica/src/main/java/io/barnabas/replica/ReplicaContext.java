package io.barnabas.replica;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.world.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the replicas of a node share.
 *
 * @param image the newest image
 * @param aside whether the node leads nothing that others can
 */
record ReplicaContext(
    int nodeId,
    Clock clock,
    Supplier<ClusterImage> image,
    Cuts cuts,
    IsrChanges isrChanges,
    Throttles throttles,
    StandingAside aside) {
  /** What a broker proves itself with, as far as this node knows; -1 if it is not registered. */
  long brokerEpoch(int broker) {
    return image.get().broker(broker).map(Fact.BrokerImage::epoch).orElse(-1L);
  }

  /** Whether what proves itself so is the start of a broker that is registered. */
  boolean isProven(int broker, long brokerEpoch) {
    return brokerEpoch != FollowerFetch.NO_PROOF && brokerEpoch == brokerEpoch(broker);
  }

  /** Whether a broker may be in sync: it takes part, and its newest start it is that fetches. */
  boolean isEligible(int broker, long brokerEpoch) {
    Optional<Fact.BrokerImage> known = image.get().broker(broker);
    return known.isPresent() && known.get().isActive() && brokerEpoch == known.get().epoch();
  }
}
