package io.barnabas.conformance;

/** Waits for what must come true. */
final class Await {
  private static final long PAUSE_MS = 20;

  private Await() {}

  /** What must come true. */
  @FunctionalInterface
  interface Condition {
    /** Whether it is so; what this throws ends the wait. */
    boolean holds() throws Exception;
  }

  /**
   * Returns when a condition holds.
   *
   * @throws AssertionError if it takes longer than the limit
   */
  static void until(String what, long limitMs, Condition condition) throws Exception {
    long deadline = System.nanoTime() + limitMs * 1_000_000;
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not in " + limitMs + " ms: " + what);
      }
      Thread.sleep(PAUSE_MS);
    }
  }
}
