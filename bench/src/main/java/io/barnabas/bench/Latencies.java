package io.barnabas.bench;

import java.util.Arrays;

/** Latencies of a known number of events, written by any one thread. */
final class Latencies {
  private final long[] nanos;
  private int count;

  Latencies(int events) {
    nanos = new long[events];
  }

  void add(long latencyNanos) {
    nanos[count++] = latencyNanos;
  }

  int count() {
    return count;
  }

  /** Notes percentiles in ms, without the first events. */
  void report(Figures figures, String figure, int warmUp) {
    long[] sorted = Arrays.copyOfRange(nanos, warmUp, count);
    Arrays.sort(sorted);
    for (double percentile : new double[] {50, 99, 99.9}) {
      int index = (int) Math.ceil(sorted.length * percentile / 100) - 1;
      String name = percentile == 99.9 ? "p99.9" : "p" + (int) percentile;
      figures.add(figure + ": " + name + ", ms", sorted[Math.max(0, index)] / 1e6);
    }
  }
}
