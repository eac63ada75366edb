package io.barnabas.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StandstillTest {
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final long SESSION_NANOS = 3_000 * MILLISECOND_NANOS;

  /** A clock may count from anywhere. */
  private static final long NOW = -7 * SESSION_NANOS;

  private final Standstill standstill = new Standstill();

  @Test
  void aStandstillThatEndsJustAfterASessionIsNoticedWhateverWokeTheThread() {
    long due = NOW + SESSION_NANOS;
    long by = standstill.lookBy(NOW, due);
    assertThat(by - NOW).isLessThan(SESSION_NANOS / 2);
    assertThat(standstill.atLook(due + MILLISECOND_NANOS)).isGreaterThan(SESSION_NANOS / 2);
  }

  @Test
  void whoeverLooksInTimeOrWasWokenEarlyDidNotStandStill() {
    long by = standstill.lookBy(NOW, NOW + SESSION_NANOS);
    assertThat(standstill.atLook(NOW + 1)).isZero();
    assertThat(standstill.atLook(by + 50 * MILLISECOND_NANOS)).isZero();
    long due = NOW + MILLISECOND_NANOS;
    assertThat(standstill.lookBy(NOW, due)).isEqualTo(due);
    assertThat(standstill.atLook(due)).isZero();
    assertThat(standstill.atLook(due + 200 * MILLISECOND_NANOS)).isPositive();
  }
}
