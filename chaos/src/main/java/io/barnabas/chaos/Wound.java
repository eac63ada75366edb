package io.barnabas.chaos;

import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * A fault that has struck.
 *
 * @param what was done, in words
 * @param healing what ends it
 */
record Wound(String what, Healing healing) {

  /** Ends a fault. */
  interface Healing {
    void heal() throws IOException, InterruptedException, ExecutionException;
  }

  /** One that needs no end. */
  static Wound over(String what) {
    return new Wound(what, () -> {});
  }
}
