package io.barnabas.bench;

import java.util.ArrayList;
import java.util.List;

/** When something happened that should happen all the time, by {@link System#nanoTime()}. */
final class Moments {
  private final List<Long> nanos = new ArrayList<>();

  /** It happens now. */
  synchronized void add() {
    nanos.add(System.nanoTime());
  }

  /** The longest time from one to the next, of those that end in this span; ms. */
  synchronized double longestGapMs(long fromNanos, long toNanos) {
    long longest = 0;
    for (int i = 1; i < nanos.size(); i++) {
      if (nanos.get(i) - fromNanos > 0 && nanos.get(i) - toNanos <= 0) {
        longest = Math.max(longest, nanos.get(i) - nanos.get(i - 1));
      }
    }
    return longest / 1e6;
  }

  /** Whether it has happened since a moment, and never with a longer pause than this. */
  synchronized boolean flowsSince(long fromNanos, long pauseNanos) {
    long previous = fromNanos;
    for (int i = firstAfter(fromNanos); i < nanos.size(); i++) {
      if (nanos.get(i) - previous > pauseNanos) {
        return false;
      }
      previous = nanos.get(i);
    }
    return System.nanoTime() - previous <= pauseNanos;
  }

  private int firstAfter(long fromNanos) {
    int first = nanos.size();
    while (first > 0 && nanos.get(first - 1) - fromNanos > 0) {
      first--;
    }
    return first;
  }
}
