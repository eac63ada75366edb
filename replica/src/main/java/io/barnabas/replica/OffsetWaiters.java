package io.barnabas.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** Callbacks that wait for an offset, in the order of offsets. Used under its owner's lock. */
final class OffsetWaiters {
  private record Waiter(long offset, long number, Consumer<Errors> callback)
      implements Comparable<Waiter> {
    @Override
    public int compareTo(Waiter other) {
      int byOffset = Long.compare(offset, other.offset);
      return byOffset != 0 ? byOffset : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();
  private long number;

  void add(long offset, Consumer<Errors> callback) {
    waiters.add(new Waiter(offset, number++, callback));
  }

  /** Takes out, in order, those that wait for nothing above an offset. */
  List<Consumer<Errors>> takeUpTo(long offset) {
    List<Consumer<Errors>> ready = new ArrayList<>();
    for (Waiter w = waiters.peek(); w != null && w.offset <= offset; w = waiters.peek()) {
      ready.add(w.callback);
      waiters.poll();
    }
    return ready;
  }
}
