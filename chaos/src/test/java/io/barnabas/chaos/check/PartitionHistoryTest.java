package io.barnabas.chaos.check;

import static io.barnabas.chaos.check.AnomalyKind.DUPLICATE;
import static io.barnabas.chaos.check.AnomalyKind.INCONSISTENT_OFFSETS;
import static io.barnabas.chaos.check.AnomalyKind.LOST_WRITE;
import static io.barnabas.chaos.check.AnomalyKind.NONMONOTONIC_POLL;
import static io.barnabas.chaos.check.AnomalyKind.NONMONOTONIC_SEND;
import static io.barnabas.chaos.check.AnomalyKind.PHANTOM;
import static io.barnabas.chaos.check.AnomalyKind.POLL_SKIP;
import static io.barnabas.chaos.check.AnomalyKind.REWRITTEN;
import static io.barnabas.chaos.check.AnomalyKind.SEND_SKIP;
import static io.barnabas.chaos.check.AnomalyKind.UNCERTAIN_WRITTEN;
import static io.barnabas.chaos.check.AnomalyKind.UNSEEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every anomaly is found, and what the model allows is not taken for one. */
class PartitionHistoryTest {
  private final Findings findings = new Findings();
  private final PartitionHistory history = new PartitionHistory("topic-0", findings);

  @Test
  void aHistoryOfALogThatKeepsItsWordIsClean() {
    Value first = acknowledged(0, 0);
    Value second = acknowledged(1, 1);
    Value third = acknowledged(0, 2);
    read("tail", 0, first, second, third);
    read("from the middle", 1, second, third);
    readFinally(first, second, third);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(SEND_SKIP);
    assertThat(findings.isClean()).isTrue();
    assertThat(history.acknowledgedCount()).isEqualTo(3);
    assertThat(history.finalCount()).isEqualTo(3);
  }

  @Test
  void whatWasNotAcknowledgedMayBeThereOrNot() {
    Value unknown = history.send(0);
    history.send(0);
    Value acked = acknowledged(0, 1);
    readFinally(unknown, acked);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(UNCERTAIN_WRITTEN);
    assertThat(findings.isClean()).isTrue();
  }

  @Test
  void anAcknowledgedValueBelowTheEndThatIsNotThereIsLost() {
    Value first = acknowledged(0, 0);
    acknowledged(0, 1);
    Value third = acknowledged(0, 2);
    PartitionHistory.Session last = session("final");
    last.readFinally(0, first.packed());
    last.readFinally(2, third.packed());
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(LOST_WRITE);
  }

  @Test
  void aValueThatOneReaderSawAndTheFinalReadingDidNotIsLostThoughNeverAcknowledged() {
    Value first = acknowledged(0, 0);
    Value unknown = history.send(0);
    read("tail", 0, first, unknown);
    readFinally(first);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactlyInAnyOrder(LOST_WRITE, UNCERTAIN_WRITTEN);
  }

  @Test
  void anAcknowledgedValueBehindTheEndThatNobodyReadIsUnseen() {
    Value first = acknowledged(0, 0);
    acknowledged(0, 1);
    readFinally(first);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(UNSEEN);
    assertThat(findings.told(UNSEEN).getFirst()).contains("value 1 of producer 0");
  }

  @Test
  void aValueAtTwoOffsetsIsADuplicate() {
    Value first = acknowledged(0, 0);
    readFinally(first, first);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(DUPLICATE);
  }

  /** The producer has begun a new epoch in between, and the second one is acknowledged. */
  @Test
  void aValueThatItsProducerWroteAgainIsNone() {
    Value first = acknowledged(0, 1);
    readFinally(first, first);
    history.check(offset -> (int) offset);
    assertThat(kinds()).containsExactly(REWRITTEN);
  }

  @Test
  void whatWasAcknowledgedIsNotWrittenAgain() {
    Value first = acknowledged(0, 0);
    readFinally(first, first);
    history.check(offset -> (int) offset);
    assertThat(kinds()).containsExactly(DUPLICATE);
  }

  @Test
  void twoReadersMayNotSeeTwoValuesAtOneOffset() {
    Value first = history.send(0);
    Value second = history.send(0);
    read("one", 0, first);
    readFinally(second);
    assertThat(kinds()).containsExactly(INCONSISTENT_OFFSETS);
    history.check(offset -> 0);
    assertThat(findings.told(LOST_WRITE).getFirst()).contains("value 0 of producer 0");
  }

  @Test
  void aValueIsWhereItWasAcknowledged() {
    Value first = acknowledged(0, 0);
    Value second = acknowledged(1, 2);
    readFinally(first, second);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(INCONSISTENT_OFFSETS);
  }

  @Test
  void aValueAcknowledgedWithoutItsOffsetNeedOnlyBeThere() {
    Value first = acknowledged(0, -1);
    Value second = acknowledged(0, 1);
    readFinally(first, second);
    history.check(offset -> 0);
    assertThat(kinds()).isEmpty();
  }

  @Test
  void aReaderDoesNotGoBackward() {
    Value first = acknowledged(0, 0);
    Value second = acknowledged(0, 1);
    PartitionHistory.Session session = session("one");
    session.read(0, first.packed());
    session.read(1, second.packed());
    session.read(1, second.packed());
    readFinally(first, second);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(NONMONOTONIC_POLL);
  }

  @Test
  void aReaderLeavesOutNothingThatIsThere() {
    Value first = acknowledged(0, 0);
    Value second = acknowledged(0, 1);
    Value third = acknowledged(0, 2);
    PartitionHistory.Session session = session("one");
    session.read(0, first.packed());
    session.read(2, third.packed());
    readFinally(first, second, third);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(POLL_SKIP);
  }

  @Test
  void offsetsThatNobodyHasAreNotSkipped() {
    Value first = acknowledged(0, 0);
    Value second = acknowledged(0, 2);
    PartitionHistory.Session one = session("one");
    PartitionHistory.Session last = session("final");
    one.read(0, first.packed());
    one.read(2, second.packed());
    last.readFinally(0, first.packed());
    last.readFinally(2, second.packed());
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(SEND_SKIP);
  }

  @Test
  void acknowledgedValuesOfAProducerLieInTheOrderOfSending() {
    Value first = history.send(0);
    Value second = history.send(0);
    history.acknowledged(first, 1);
    history.acknowledged(second, 0);
    readFinally(second, first);
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(NONMONOTONIC_SEND);
  }

  @Test
  void aValueThatNobodySentIsAPhantom() {
    Value first = acknowledged(0, 0);
    readFinally(first, new Value(0, 1), new Value(7, 0));
    history.check(offset -> 0);
    assertThat(kinds()).containsExactly(PHANTOM);
    assertThat(findings.count(PHANTOM)).isEqualTo(2);
  }

  private Value acknowledged(int producer, long offset) {
    Value value = history.send(producer);
    history.acknowledged(value, offset);
    return value;
  }

  private PartitionHistory.Session session(String reader) {
    return history.session(reader);
  }

  private void read(String reader, long from, Value... values) {
    PartitionHistory.Session session = session(reader);
    for (int i = 0; i < values.length; i++) {
      session.read(from + i, values[i].packed());
    }
  }

  private void readFinally(Value... values) {
    PartitionHistory.Session session = session("final");
    for (int offset = 0; offset < values.length; offset++) {
      session.readFinally(offset, values[offset].packed());
    }
  }

  private List<AnomalyKind> kinds() {
    return Arrays.stream(AnomalyKind.values()).filter(kind -> findings.count(kind) > 0).toList();
  }
}
