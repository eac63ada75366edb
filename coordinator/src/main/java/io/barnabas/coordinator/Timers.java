package io.barnabas.coordinator;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/** Timers by key, on the clock of {@code nanoTime}. For one thread. */
final class Timers {
  /** The number tells two of the same moment apart. */
  private record Timer(long deadlineNanos, long number, TimerKey key) {}

  private final Map<TimerKey, Timer> byKey = new HashMap<>();
  private final TreeSet<Timer> byDeadline =
      new TreeSet<>(Comparator.comparingLong(Timer::deadlineNanos).thenComparing(Timer::number));
  private long next;

  void set(TimerKey key, long deadlineNanos) {
    cancel(key);
    Timer timer = new Timer(deadlineNanos, next++, key);
    byKey.put(key, timer);
    byDeadline.add(timer);
  }

  boolean isSet(TimerKey key) {
    return byKey.containsKey(key);
  }

  void cancel(TimerKey key) {
    Timer timer = byKey.remove(key);
    if (timer != null) {
      byDeadline.remove(timer);
    }
  }

  /** Has all run out so much later. */
  void delay(long nanos) {
    List<Timer> all = List.copyOf(byDeadline);
    all.forEach(timer -> set(timer.key(), timer.deadlineNanos() + nanos));
  }

  /** Takes one that has run out. */
  Optional<TimerKey> takeExpired(long nowNanos) {
    if (byDeadline.isEmpty() || byDeadline.first().deadlineNanos() > nowNanos) {
      return Optional.empty();
    }
    TimerKey key = byDeadline.first().key();
    cancel(key);
    return Optional.of(key);
  }

  /** When the next one runs out. */
  OptionalLong nextDeadlineNanos() {
    return byDeadline.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(byDeadline.first().deadlineNanos());
  }
}
