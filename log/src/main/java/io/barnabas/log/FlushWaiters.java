package io.barnabas.log;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** Actions that wait for an offset to be on disk. Under the log's lock. */
final class FlushWaiters {
  private record Waiter(long offset, long number, Runnable action) implements Comparable<Waiter> {
    @Override
    public int compareTo(Waiter other) {
      int byOffset = Long.compare(offset, other.offset);
      return byOffset != 0 ? byOffset : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();
  private long number;

  void add(long offset, Runnable action) {
    waiters.add(new Waiter(offset, number++, action));
  }

  /** Takes out, in order, those that wait for something above an offset. */
  List<Runnable> takeAbove(long offset) {
    List<Waiter> above = waiters.stream().filter(w -> w.offset > offset).sorted().toList();
    waiters.removeAll(above);
    return above.stream().map(Waiter::action).toList();
  }

  /** Takes out, in order, those that wait for nothing above an offset. */
  List<Runnable> takeUpTo(long offset) {
    List<Runnable> ready = new ArrayList<>();
    for (Waiter w = waiters.peek(); w != null && w.offset <= offset; w = waiters.peek()) {
      ready.add(w.action);
      waiters.poll();
    }
    return ready;
  }
}
