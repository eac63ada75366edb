package io.barnabas.metadata;

import java.util.List;

/**
 * Gives a new cluster the features that its first controller supports; does nothing in one that has
 * features already. The controller does this before anything else.
 */
public record FoundCluster() implements Command<FoundCluster.Founded> {
  @Override
  public Decision<Founded> decide(ClusterImage image, long nowMs) {
    List<Fact> facts = Features.founding(image);
    return new Decision<>(facts, new Founded(!facts.isEmpty()));
  }

  /**
   * The cluster has features.
   *
   * @param isNew whether it had none before
   */
  public record Founded(boolean isNew) {}
}
