package io.barnabas.chaos.check;

import static io.barnabas.chaos.check.AnomalyKind.STALE_END;
import static io.barnabas.chaos.check.AnomalyKind.WATERMARK_BACK;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Ends never go back, but for a leader that does not know its successor. */
class EndWatchTest {
  private final Findings findings = new Findings();
  private final EndWatch watch = new EndWatch("topic-0", findings);

  @Test
  void endsThatGrowOrStayAreRight() {
    watch.told(watch.known(), 10, 3);
    watch.told(watch.known(), 10, 4);
    watch.read(10, 4);
    watch.told(watch.known(), 11, 4);
    assertThat(findings.isClean()).isTrue();
    assertThat(findings.count(STALE_END)).isZero();
  }

  @Test
  void anEndBeforeOneToldEarlierIsFound() {
    watch.told(watch.known(), 10, 3);
    watch.told(watch.known(), 9, 3);
    assertThat(findings.count(WATERMARK_BACK)).isOne();
  }

  @Test
  void aNewLeaderMayNotBeBehindTheOldOne() {
    watch.told(watch.known(), 10, 3);
    watch.told(watch.known(), 9, 4);
    assertThat(findings.count(WATERMARK_BACK)).isOne();
  }

  @Test
  void anEndBeforeARecordOfAnEarlierEpochThatWasReadIsFound() {
    watch.read(10, 3);
    watch.told(watch.known(), 10, 4);
    assertThat(findings.count(WATERMARK_BACK)).isOne();
  }

  /** The reader may have it from the successor of the leader that tells the end. */
  @Test
  void anEndBeforeARecordOfTheSameEpochIsOnlyCounted() {
    watch.read(10, 3);
    watch.told(watch.known(), 10, 3);
    assertThat(findings.isClean()).isTrue();
    assertThat(findings.count(STALE_END)).isOne();
  }

  @Test
  void anAnswerThatWasAskedForEarlierMayBeOlder() {
    EndWatch.Known before = watch.known();
    watch.told(watch.known(), 10, 3);
    watch.told(before, 9, 3);
    assertThat(findings.isClean()).isTrue();
  }

  @Test
  void aLeaderThatDoesNotKnowItsSuccessorIsOnlyCounted() {
    watch.told(watch.known(), 10, 4);
    watch.told(watch.known(), 8, 3);
    assertThat(findings.isClean()).isTrue();
    assertThat(findings.count(STALE_END)).isOne();
  }
}
