package io.barnabas.metadata;

import org.apache.kafka.common.errors.StaleBrokerEpochException;

/** Whether a request comes from the newest incarnation of a broker. */
final class BrokerEpochs {
  private BrokerEpochs() {}

  /**
   * Checks it.
   *
   * @throws StaleBrokerEpochException if it does not, with a sentence for the broker
   */
  static void check(ClusterImage image, int id, long epoch) {
    Fact.BrokerImage broker = image.brokers().get(id);
    if (broker == null) {
      throw new StaleBrokerEpochException(
          "No broker registration found for broker id %d".formatted(id));
    }
    if (broker.epoch() != epoch) {
      throw new StaleBrokerEpochException(
          "Expected broker epoch %d, but got broker epoch %d".formatted(broker.epoch(), epoch));
    }
  }
}
