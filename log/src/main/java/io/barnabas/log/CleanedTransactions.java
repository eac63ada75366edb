package io.barnabas.log;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Which batches of a log, taken in their order, belong to aborted transactions, and which markers
 * have nothing left to say. For one thread.
 */
final class CleanedTransactions {
  private final Deque<Transactions.Aborted> ahead;

  /** Producers in aborted transactions. */
  private final Set<Long> aborting = new HashSet<>();

  /** Producers with batches of the transactions that they are in. */
  private final Set<Long> seen = new HashSet<>();

  /** In the order of their first offsets. */
  CleanedTransactions(List<Transactions.Aborted> aborted) {
    ahead = new ArrayDeque<>(aborted);
  }

  private void advanceTo(long offset) {
    for (Transactions.Aborted next = ahead.peek();
        next != null && next.firstOffset() <= offset;
        next = ahead.peek()) {
      aborting.add(next.producerId());
      ahead.remove();
    }
  }

  /** Whether a batch with records is of an aborted transaction. */
  boolean isAborted(RecordBatch batch) {
    advanceTo(batch.lastOffset());
    if (!batch.isTransactional()) {
      return false;
    }
    seen.add(batch.producerId());
    return aborting.contains(batch.producerId());
  }

  /** Whether nothing is left of the transaction that a control batch ends. */
  boolean endsNothing(RecordBatch control) {
    advanceTo(control.lastOffset());
    Iterator<Record> records = control.iterator();
    if (!records.hasNext()) {
      // It was emptied before.
      return true;
    }
    ControlRecordType type = ControlRecordType.parse(records.next().key());
    if (type != ControlRecordType.ABORT && type != ControlRecordType.COMMIT) {
      return false;
    }
    aborting.remove(control.producerId());
    return !seen.remove(control.producerId());
  }
}
