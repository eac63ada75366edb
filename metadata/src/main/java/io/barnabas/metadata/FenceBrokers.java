package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes brokers that are gone out of the cluster's work: they lead nothing, and others lead what
 * they led. Incarnations that are not the newest, or fenced already, are passed over.
 */
public record FenceBrokers(List<Incarnation> brokers) implements Command<List<Integer>> {
  /** Copies the list. */
  public FenceBrokers {
    brokers = List.copyOf(brokers);
  }

  @Override
  public boolean isMembers() {
    return true;
  }

  /** Answers with those that were fenced. */
  @Override
  public Decision<List<Integer>> decide(ClusterImage image, long nowMs) {
    List<Fact> facts = new ArrayList<>();
    Set<Integer> fenced = new HashSet<>();
    for (Incarnation each : brokers) {
      Fact.BrokerImage broker = image.brokers().get(each.id());
      if (broker != null
          && broker.epoch() == each.epoch()
          && !broker.fenced()
          && fenced.add(each.id())) {
        facts.add(
            new Fact.BrokerChanged(
                broker.id(), broker.epoch(), true, broker.inControlledShutdown(), false));
      }
    }
    if (!fenced.isEmpty()) {
      facts.addAll(new Elections(image.apply(facts)).without(fenced));
    }
    return new Decision<>(facts, fenced.stream().sorted().toList());
  }

  /** A broker as of one registration. */
  public record Incarnation(int id, long epoch) {}
}
