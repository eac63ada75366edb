package io.barnabas.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RemindersTest {
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(10);

  @Test
  void eachIsSaidOnceInAWhile() {
    Reminders reminders = new Reminders();
    long start = Long.MAX_VALUE - 5;
    assertThat(reminders.isDue("a", start)).isTrue();
    assertThat(reminders.isDue("a", start)).isFalse();
    assertThat(reminders.isDue("b", start)).isTrue();
    assertThat(reminders.isDue("a", start + PAUSE_NANOS - 1)).isFalse();
    assertThat(reminders.isDue("a", start + PAUSE_NANOS)).isTrue();
    assertThat(reminders.isDue("a", start + PAUSE_NANOS)).isFalse();
  }

  @Test
  void manyAreForgottenRatherThanKept() {
    Reminders reminders = new Reminders();
    for (int i = 0; i < 1_000; i++) {
      assertThat(reminders.isDue("t" + i, 0)).isTrue();
    }
    assertThat(reminders.isDue("t0", 0)).isFalse();
    assertThat(reminders.isDue("one more", 0)).isTrue();
    assertThat(reminders.isDue("t0", 0)).isTrue();
  }
}
