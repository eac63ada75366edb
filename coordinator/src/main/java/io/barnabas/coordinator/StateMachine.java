package io.barnabas.coordinator;

import io.barnabas.metadata.ClusterImage;
import java.util.Optional;

/**
 * What is coordinated in one partition of an internal topic, as pure functions. A state has a
 * lasting part, which its records say and replaying gives back, and a passing one (who waits for
 * what, say), which ends with the leadership.
 *
 * @param <S> the state, immutable
 * @param <C> what can be asked for
 */
public interface StateMachine<S, C> {
  /** The state before the first record. */
  S initial();

  /**
   * The state after a record. One that this release does not know changes nothing.
   *
   * @param value empty if what the key is about holds no more
   */
  S replay(S state, Bytes key, Optional<Bytes> value);

  /**
   * What to do when all records are replayed: which timers run, above all.
   *
   * @param image of the cluster, for the settings that hold
   */
  Decision<S> loaded(S state, ClusterImage image, long nowMs);

  /**
   * What becomes of a command. It is answered by an {@link Effect.Answer} of this decision or of a
   * later one, exactly once.
   *
   * @param waiter the command's number, never used again
   * @param nowMs by the wall clock
   */
  Decision<S> decide(S state, C command, long waiter, long nowMs);

  /** What to do when a timer has run out. It is gone unless it is set again. */
  Decision<S> expired(S state, TimerKey timer, long nowMs);
}
