package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyQuotaTest {
  private static final int WINDOWS = 11;

  private final HandSetClock clock = new HandSetClock();
  private final CopyQuota quota = new CopyQuota(clock, WINDOWS, 1);

  private static final class HandSetClock implements Clock {
    private long nanos = -7_000;

    void pass(long ms) {
      nanos += TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public long wallTimeMillis() {
      throw new AssertionError("a rate does not follow the wall clock");
    }

    @Override
    public Timer schedule(long delayNanos, Runnable action) {
      throw new AssertionError("a quota waits for nothing");
    }
  }

  @Test
  void withoutARateThereIsNoLimit() {
    quota.record(Long.MAX_VALUE / 2);
    assertThat(quota.isExceeded()).isFalse();
  }

  @Test
  void whatWasCopiedIsPaidOffByTime() {
    quota.limit(1_000);
    assertThat(quota.isExceeded()).isFalse();
    quota.record(1_000);
    assertThat(quota.isExceeded()).isFalse();
    quota.record(3_000);
    clock.pass(3_999);
    assertThat(quota.isExceeded()).isTrue();
    clock.pass(1);
    assertThat(quota.isExceeded()).isFalse();
  }

  @Test
  void timeBeforeTheFirstByteIsNotSavedUp() {
    quota.limit(1_000);
    clock.pass(5_000);
    quota.record(2_500);
    clock.pass(2_400);
    assertThat(quota.isExceeded()).isTrue();
    clock.pass(100);
    assertThat(quota.isExceeded()).isFalse();
  }

  @Test
  void onlyTheLastWindowsCount() {
    quota.limit(1_000);
    quota.record(1_000_000);
    clock.pass(1_000L * WINDOWS - 1);
    assertThat(quota.isExceeded()).isTrue();
    clock.pass(1);
    assertThat(quota.isExceeded()).isFalse();
  }

  @Test
  void overALongTimeAboutAsMuchIsCopiedAsTheRateAllows() {
    quota.limit(1_000);
    long copied = 0;
    for (int ms = 0; ms < 100_000; ms += 10) {
      if (!quota.isExceeded()) {
        quota.record(700);
        copied += 700;
      }
      clock.pass(10);
    }
    assertThat(copied).isBetween(97_000L, 105_000L);
  }

  @Test
  void aNewRateHoldsAtOnce() {
    quota.record(5_000);
    quota.limit(1_000);
    assertThat(quota.isExceeded()).isTrue();
    quota.limit(5_000);
    assertThat(quota.isExceeded()).isFalse();
    quota.limit(0);
    assertThat(quota.isExceeded()).isTrue();
  }

  @Test
  void someReplicasOrAll() {
    ThrottledReplicas some = ThrottledReplicas.parse(" 0:1, 12:3 ");
    assertThat(some.contains(0, 1)).isTrue();
    assertThat(some.contains(12, 3)).isTrue();
    assertThat(some.contains(1, 0)).isFalse();
    assertThat(ThrottledReplicas.parse("*").contains(5, 6)).isTrue();
    assertThat(ThrottledReplicas.parse("").contains(0, 1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0:1:2", "a:b", "**"})
  void whatNamesNoReplicaIsRefused(String setting) {
    assertThatThrownBy(() -> ThrottledReplicas.parse(setting))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
