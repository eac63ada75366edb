package io.barnabas.metadata;

import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.Fact.Endpoint;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A broker joins, or joins again after it was started again.
 *
 * @param id 0 or more
 * @param incarnation drawn anew at each start of the broker
 */
public record RegisterBroker(
    int id, Uuid incarnation, Optional<String> rack, List<Endpoint> endpoints)
    implements Command<RegisterBroker.Registered> {
  /** Copies the list. */
  public RegisterBroker {
    endpoints = List.copyOf(endpoints);
  }

  /** The same incarnation keeps its epoch; a new one gets a higher one. */
  @Override
  public Decision<Registered> decide(ClusterImage image, long nowMs) {
    BrokerImage before = image.brokers().get(id);
    long epoch = epoch(image, before);
    BrokerImage broker = new BrokerImage(id, epoch, incarnation, rack, endpoints);
    return new Decision<>(
        broker.equals(before) ? List.of() : List.of(new Fact.BrokerRegistered(broker)),
        new Registered(epoch));
  }

  private long epoch(ClusterImage image, @Nullable BrokerImage before) {
    if (before == null) {
      return image.version() + 1;
    }
    return before.incarnation().equals(incarnation)
        ? before.epoch()
        : Math.max(before.epoch(), image.version()) + 1;
  }

  /**
   * The broker is a member.
   *
   * @param epoch what it proves itself with from now on
   */
  public record Registered(long epoch) {}
}
