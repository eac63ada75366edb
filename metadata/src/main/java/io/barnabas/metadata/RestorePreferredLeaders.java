package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Has preferred leaders lead again where they can.
 *
 * @param most how many partitions at once, so that not all clients move together; 1 or more
 */
public record RestorePreferredLeaders(int most)
    implements Command<RestorePreferredLeaders.Restored> {
  /** Checks the bound. */
  public RestorePreferredLeaders {
    if (most < 1) {
      throw new IllegalArgumentException("At most " + most);
    }
  }

  @Override
  public boolean isMembers() {
    return true;
  }

  @Override
  public Decision<Restored> decide(ClusterImage image, long nowMs) {
    Elections elections = new Elections(image);
    List<Fact> facts = new ArrayList<>();
    int possible = 0;
    for (TopicImage topic : image.topics().values()) {
      for (int number : new TreeMap<>(topic.partitions()).keySet()) {
        if (canBeRestored(elections, topic, number)) {
          possible++;
          if (facts.size() < most) {
            new PartitionChange(elections, topic, number)
                .electing(PartitionChange.Election.PREFERRED)
                .electedFact()
                .ifPresent(facts::add);
          }
        }
      }
    }
    return new Decision<>(
        elections.inShort(facts), new Restored(facts.size(), possible - facts.size()));
  }

  private static boolean canBeRestored(Elections elections, TopicImage topic, int number) {
    PartitionImage partition = topic.partitions().get(number);
    if (partition == null) {
      return false;
    }
    int preferred = partition.replicas().getFirst();
    return partition.leader() != preferred
        && partition.isr().contains(preferred)
        && elections.isOnline(preferred, partition.directoryOf(preferred));
  }

  /**
   * How far it came.
   *
   * @param elected how many partitions have their preferred leader again
   * @param left how many more could have
   */
  public record Restored(int elected, int left) {}
}
