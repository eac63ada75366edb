package io.barnabas.coordinator;

/** What follows from a decision besides records and the new state. */
public sealed interface Effect {
  /**
   * Answers a command, this one or an earlier one, once all that was decided until now is
   * replicated.
   *
   * @param waiter the number that came with the command
   */
  record Answer(long waiter, Object answer) implements Effect {}

  /**
   * Sets a timer, in place of one of the same key.
   *
   * @param delayMs from now, 0 or more
   */
  record SetTimer(TimerKey key, long delayMs) implements Effect {}

  /**
   * Sets a timer, unless there is one of the same key.
   *
   * @param delayMs from now, 0 or more
   */
  record StartTimer(TimerKey key, long delayMs) implements Effect {}

  /** Forgets a timer; nothing happens if there is none. */
  record CancelTimer(TimerKey key) implements Effect {}
}
