package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** That what is to find double owners finds them. */
class OwnershipTest {
  private static final TopicPartition ONE = new TopicPartition("t", 1);
  private static final TopicPartition TWO = new TopicPartition("t", 2);

  private final Ownership ownership = new Ownership();

  @Test
  void whatIsGivenUpMayBeGivenToAnother() {
    ownership.claim("a", List.of(ONE, TWO));
    ownership.release("a", List.of(ONE));
    ownership.claim("b", List.of(ONE));
    ownership.releaseAll("a");
    ownership.claim("b", List.of(TWO));
    assertThat(ownership.conflicts()).isEmpty();
    assertThat(ownership.size()).isEqualTo(4);
  }

  @Test
  void whatIsGivenToAnotherBeforeIsAConflict() {
    ownership.claim("a", List.of(ONE, TWO));
    ownership.claim("b", List.of(TWO));
    assertThat(ownership.conflicts())
        .singleElement()
        .asString()
        .contains("t-2 is given to b while a has it");
    ownership.release("a", List.of(TWO));
    ownership.claim("c", List.of(TWO));
    assertThat(ownership.conflicts()).hasSize(2);
  }

  @Test
  void whoeverIsHeldUpMayLoseWhatItHasUntilItHearsOfIt() {
    ownership.claim("a", List.of(ONE, TWO));
    ownership.holdUp("a");
    ownership.claim("b", List.of(ONE));
    ownership.goOn("a");
    assertThat(ownership.conflicts()).isEmpty();
    ownership.claim("b", List.of(TWO));
    assertThat(ownership.conflicts()).hasSize(1);
  }
}
