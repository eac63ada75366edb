package io.barnabas.conformance.load;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/** Waits for what must come true. */
final class Until {
  private static final long LIMIT_MS = 120_000;
  private static final long PAUSE_MS = 20;

  private Until() {}

  /** The same for at most two minutes. */
  static long holds(String what, Callable<Boolean> condition)
      throws IOException, InterruptedException {
    return holds(what, LIMIT_MS, condition);
  }

  /**
   * Returns when a condition holds; one that fails does not hold.
   *
   * @return how many milliseconds that took
   * @throws IOException if it takes longer
   */
  static long holds(String what, long limitMs, Callable<Boolean> condition)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    Exception last = new IOException("it is not so");
    while (System.nanoTime() - began < limitMs * 1_000_000) {
      try {
        if (condition.call()) {
          return (System.nanoTime() - began) / 1_000_000;
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (IOException | ExecutionException | IllegalStateException e) {
        last = e;
      } catch (Exception e) {
        throw new IOException(what, e);
      }
      Thread.sleep(PAUSE_MS);
    }
    throw new IOException("not within " + limitMs + " ms: " + what, last);
  }
}
