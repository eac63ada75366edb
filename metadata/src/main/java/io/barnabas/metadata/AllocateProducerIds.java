package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/** Gives a broker a block of producer ids that nobody else gets. */
public record AllocateProducerIds(int brokerId, long brokerEpoch)
    implements Command<AllocateProducerIds.Block> {
  /** How many ids one block has. */
  public static final int BLOCK_LENGTH = 1000;

  @Override
  public boolean isMembers() {
    return true;
  }

  @Override
  public Decision<Block> decide(ClusterImage image, long nowMs) {
    Fact.BrokerImage broker = image.brokers().get(brokerId);
    if (broker == null || broker.epoch() != brokerEpoch) {
      return refused(
          Errors.STALE_BROKER_EPOCH,
          broker == null
              ? "No broker registration found for broker id %d".formatted(brokerId)
              : "Expected broker epoch %d, but got broker epoch %d"
                  .formatted(broker.epoch(), brokerEpoch));
    }
    long first = image.nextProducerId();
    if (first > Long.MAX_VALUE - BLOCK_LENGTH) {
      return refused(Errors.UNKNOWN_SERVER_ERROR, "All producer ids have been given out");
    }
    return new Decision<>(
        List.of(new Fact.ProducerIdsAllocated(first + BLOCK_LENGTH)),
        new Block(Errors.NONE, Optional.empty(), first, BLOCK_LENGTH));
  }

  private static Decision<Block> refused(Errors error, String message) {
    return new Decision<>(List.of(), new Block(error, Optional.of(message), -1, 0));
  }

  /**
   * The ids from {@code firstId} on, {@code length} of them.
   *
   * @param message why none were given
   * @param firstId -1 if refused
   * @param length 0 if refused
   */
  public record Block(Errors error, Optional<String> message, long firstId, int length) {}
}
