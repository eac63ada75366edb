package io.barnabas.chaos;

import io.barnabas.chaos.plan.Step;

/**
 * A fault as it was, in milliseconds since the run began.
 *
 * @param round number of its round, from 1
 * @param what was done, in words
 * @param fromMs when it struck
 * @param toMs when it was healed
 * @param untilMs when the next round could begin
 */
record Bar(int round, Step step, String what, long fromMs, long toMs, long untilMs) {
  /** The same with the end of its round. */
  Bar until(long endMs) {
    return new Bar(round, step, what, fromMs, toMs, endMs);
  }
}
