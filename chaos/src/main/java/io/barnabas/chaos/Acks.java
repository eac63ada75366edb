package io.barnabas.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** When acknowledgements came. Any thread. */
final class Acks {
  /** The grain of time. */
  static final int GRAIN_MS = 10;

  /** A partition's silences that are shorter are not kept. */
  private static final int LEAST_GAP_MS = 200;

  private final long beganNanos = System.nanoTime();
  private final AtomicIntegerArray grains;
  private final long[] lastMs;
  private final List<Gap> gaps = new ArrayList<>();

  /**
   * A time without an acknowledgement in one partition.
   *
   * @param part its index
   */
  record Gap(int part, long fromMs, long toMs) {}

  /**
   * Begins now.
   *
   * @param mostMs after which times are not told apart any more
   */
  Acks(int parts, long mostMs) {
    grains = new AtomicIntegerArray(Math.toIntExact(mostMs / GRAIN_MS) + 1);
    lastMs = new long[parts];
  }

  /** Milliseconds since the beginning. */
  long nowMs() {
    return (System.nanoTime() - beganNanos) / 1_000_000;
  }

  /** One has come. */
  void acknowledged(int part) {
    long nowMs = nowMs();
    grains.incrementAndGet((int) Math.min(nowMs / GRAIN_MS, grains.length() - 1));
    synchronized (gaps) {
      end(part, nowMs);
    }
  }

  private void end(int part, long nowMs) {
    if (lastMs[part] > 0 && nowMs - lastMs[part] > LEAST_GAP_MS) {
      gaps.add(new Gap(part, lastMs[part], nowMs));
    }
    lastMs[part] = Math.max(lastMs[part], nowMs);
  }

  /** The partitions that have had none since then. */
  List<Integer> silentSince(long sinceMs) {
    synchronized (gaps) {
      List<Integer> silent = new ArrayList<>();
      for (int part = 0; part < lastMs.length; part++) {
        if (lastMs[part] < sinceMs) {
          silent.add(part);
        }
      }
      return silent;
    }
  }

  /** Nothing more is expected. */
  void finish() {
    synchronized (gaps) {
      long nowMs = nowMs();
      for (int part = 0; part < lastMs.length; part++) {
        end(part, nowMs);
      }
    }
  }

  /** The longest silence of one partition that ended within a time, or later and began in it. */
  long longestOfAPartition(long fromMs, long toMs) {
    synchronized (gaps) {
      return gaps.stream()
          .filter(gap -> gap.toMs() > fromMs && gap.fromMs() < toMs)
          .mapToLong(gap -> gap.toMs() - gap.fromMs())
          .max()
          .orElse(0);
    }
  }

  /** The longest silence of all partitions together within a time. */
  long longestOfAll(long fromMs, long toMs) {
    int longest = 0;
    int current = 0;
    int last = (int) Math.min(toMs / GRAIN_MS, grains.length() - 1);
    for (int grain = (int) (fromMs / GRAIN_MS); grain < last; grain++) {
      current = grains.get(grain) == 0 ? current + 1 : 0;
      longest = Math.max(longest, current);
    }
    return (long) longest * GRAIN_MS;
  }

  /** How many came in each interval of so many milliseconds, from the beginning to a time. */
  int[] perInterval(int intervalMs, long toMs) {
    int[] counts = new int[(int) (toMs / intervalMs) + 1];
    int each = intervalMs / GRAIN_MS;
    for (int grain = 0; grain < grains.length() && grain / each < counts.length; grain++) {
      counts[grain / each] += grains.get(grain);
    }
    return counts;
  }

  /** How many came in all. */
  long total() {
    return Arrays.stream(perInterval(GRAIN_MS, (long) grains.length() * GRAIN_MS))
        .asLongStream()
        .sum();
  }
}
