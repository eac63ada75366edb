package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;

/**
 * Takes a broker out of the cluster for good. Partitions stay assigned to it until they are
 * reassigned; others lead what it led.
 */
public record UnregisterBroker(int id) implements Command<UnregisterBroker.Unregistered> {

  /**
   * Also if the broker is alive.
   *
   * @throws BrokerIdNotRegisteredException if there is none
   */
  @Override
  public Decision<Unregistered> decide(ClusterImage image, long nowMs) {
    Fact.BrokerImage broker = image.brokers().get(id);
    if (broker == null) {
      throw new BrokerIdNotRegisteredException(
          "Broker ID %d is not currently registered".formatted(id));
    }
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact.BrokerUnregistered(id, broker.epoch()));
    facts.addAll(new Elections(image.apply(facts)).without(Set.of(id)));
    return new Decision<>(facts, new Unregistered());
  }

  /** The broker is no member any longer. */
  public record Unregistered() {}
}
