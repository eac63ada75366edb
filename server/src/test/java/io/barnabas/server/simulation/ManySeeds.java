package io.barnabas.server.simulation;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongConsumer;

/**
 * Runs a range of seeds for long, without a test around it, and goes on after those that fail:
 * {@code java ... ManySeeds first count}, of the whole cluster, or with {@code groups} after that
 * of groups. Prints how far it is, and what it found.
 */
final class ManySeeds {
  private static final int BETWEEN_LINES = 500;
  private static final long MILLISECOND_NANOS = 1_000_000;

  private ManySeeds() {}

  /** The first seed, how many, and perhaps of what. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) {
    PrintStream out = System.out;
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long first = Long.parseLong(args[0]);
    long end = first + Long.parseLong(args[1]);
    long from = first;
    long cpuNanos = threads.getCurrentThreadCpuTime();
    LongConsumer run =
        args.length > 2 && args[2].equals("groups") ? GroupsRun::run : WholeClusterRun::run;
    int failed = 0;
    for (long seed = first; seed < end; seed++) {
      try {
        run.accept(seed);
      } catch (AssertionError e) {
        failed++;
        out.println("FAILED " + e.getMessage());
      }
      if (seed + 1 == end || (seed + 1) % BETWEEN_LINES == 0) {
        long now = threads.getCurrentThreadCpuTime();
        long seeds = seed + 1 - from;
        out.printf(
            "seeds %d to %d done, %.1f ms CPU each, %d failed so far%n",
            from, seed, (now - cpuNanos) / (double) MILLISECOND_NANOS / seeds, failed);
        from = seed + 1;
        cpuNanos = now;
      }
    }
  }
}
