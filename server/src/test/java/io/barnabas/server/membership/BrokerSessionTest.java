package io.barnabas.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BrokerSessionTest {
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final long TIMEOUT_NANOS = 3_000 * MILLISECOND_NANOS;
  private static final long GRACE_NANOS = 150 * MILLISECOND_NANOS;

  /** A clock may count from anywhere. */
  private static final long NOW = -TIMEOUT_NANOS / 2;

  private final BrokerSession session = new BrokerSession(7, NOW, TIMEOUT_NANOS, "silence");

  /** Whoever looks is always late, and so believes each time that nobody could be heard. */
  private long endWherePutOffAtEachLook() {
    long now = NOW;
    while (!session.hasEnded(now)) {
      now = session.deadlineNanos();
      session.putOff(now + GRACE_NANOS);
    }
    return now;
  }

  @Test
  void itIsPutOffByOneMoreTimeoutAtMost() {
    assertThat(endWherePutOffAtEachLook()).isEqualTo(NOW + 2 * TIMEOUT_NANOS);
  }

  @Test
  void soIsOneWhoseConnectionHasEnded() {
    session.hear(OptionalLong.of(5), NOW, "silence");
    assertThat(session.isBy(5)).isTrue();
    assertThat(session.endBy(NOW + GRACE_NANOS, "its connection has ended")).isTrue();
    assertThat(endWherePutOffAtEachLook()).isEqualTo(NOW + GRACE_NANOS + TIMEOUT_NANOS);
    assertThat(session.cause()).isEqualTo("its connection has ended");
  }

  @Test
  void aBrokerThatIsHeardHasAWholeSessionHoweverLongItWasPutOff() {
    session.putOff(NOW + 2 * TIMEOUT_NANOS);
    long later = NOW + TIMEOUT_NANOS + GRACE_NANOS;
    session.hear(OptionalLong.empty(), later, "silence");
    assertThat(session.hasEnded(later + TIMEOUT_NANOS - 1)).isFalse();
    assertThat(session.hasEnded(later + TIMEOUT_NANOS)).isTrue();
  }

  @Test
  void nothingPutsItOffThatEndsLaterAnyway() {
    session.putOff(NOW + GRACE_NANOS);
    assertThat(session.deadlineNanos()).isEqualTo(NOW + TIMEOUT_NANOS);
    assertThat(session.endBy(NOW + 2 * TIMEOUT_NANOS, "late")).isFalse();
    assertThat(session.cause()).isEqualTo("silence");
  }
}
