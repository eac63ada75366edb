package io.barnabas.metadata;

import static io.barnabas.metadata.Clusters.ofBrokers;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.AllocateProducerIds.Block;
import io.barnabas.metadata.RegisterBroker.Registered;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** What brokers themselves ask for: to be members, and producer ids. */
class BrokerCommandsTest {
  @Test
  void blocksOfProducerIdsFollowEachOther() {
    ClusterImage image = ofBrokers(1);
    AllocateProducerIds command = new AllocateProducerIds(1, 1);
    Decision<Block> first = command.decide(image, 0);
    assertThat(first.answer()).isEqualTo(new Block(Errors.NONE, Optional.empty(), 0, 1000));
    Decision<Block> second = command.decide(image.apply(first.facts()), 0);
    assertThat(second.answer().firstId()).isEqualTo(1000);
  }

  @Test
  void producerIdsAreForMembersOnly() {
    for (AllocateProducerIds stranger :
        List.of(new AllocateProducerIds(2, 1), new AllocateProducerIds(1, 0))) {
      Decision<Block> decision = stranger.decide(ofBrokers(1), 0);
      assertThat(decision.facts()).isEmpty();
      assertThat(decision.answer().error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
      assertThat(decision.answer().length()).isZero();
    }
  }

  @Test
  void theLastBlockIsNeverGivenTwice() {
    long last = Long.MAX_VALUE - AllocateProducerIds.BLOCK_LENGTH;
    ClusterImage image = ofBrokers(1).apply(List.of(new Fact.ProducerIdsAllocated(last)));
    AllocateProducerIds command = new AllocateProducerIds(1, 1);
    Decision<Block> decision = command.decide(image, 0);
    assertThat(decision.answer().firstId()).isEqualTo(last);
    Decision<Block> after = command.decide(image.apply(decision.facts()), 0);
    assertThat(after.answer().error()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    assertThat(after.facts()).isEmpty();
  }

  @Test
  void anIncarnationKeepsItsEpochAndTheNextGetsAHigherOne() {
    ClusterImage empty = ClusterImage.empty("cluster");
    Decision<Registered> first = register(empty, new Uuid(1, 1));
    ClusterImage joined = empty.apply(first.facts());
    Decision<Registered> again = register(joined, new Uuid(1, 1));
    assertThat(again.facts()).isEmpty();
    assertThat(again.answer()).isEqualTo(first.answer());
    Decision<Registered> restarted = register(joined, new Uuid(2, 2));
    assertThat(restarted.answer().epoch()).isGreaterThan(first.answer().epoch());
    assertThat(joined.apply(restarted.facts()).brokers().get(3))
        .isEqualTo(
            new Fact.BrokerImage(
                3, restarted.answer().epoch(), new Uuid(2, 2), Optional.of("r"), List.of()));
  }

  private static Decision<Registered> register(ClusterImage image, Uuid incarnation) {
    return new RegisterBroker(3, incarnation, Optional.of("r"), List.of()).decide(image, 0);
  }
}
