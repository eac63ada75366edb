package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * What was written to a log, and whether what is read of it can be what compaction left: nothing
 * that was not written, in order, all from the first offset that must be whole, and below it the
 * newest of each key, unless that deletes the key.
 */
final class CompactionModel {
  enum Fate {
    PLAIN,
    OPEN,
    COMMITTED,
    ABORTED,
    MARKER
  }

  /** A record; a marker has no key. */
  private static final class Written {
    final @Nullable String key;
    final @Nullable String value;
    final long producerId;
    Fate fate;

    Written(@Nullable String key, @Nullable String value, long producerId, Fate fate) {
      this.key = key;
      this.value = value;
      this.producerId = producerId;
      this.fate = fate;
    }

    String text(long offset) {
      return fate == Fate.MARKER
          ? offset + " marker"
          : offset + " " + key + "=" + (value == null ? "-" : value);
    }

    boolean counts() {
      return fate == Fate.PLAIN || fate == Fate.COMMITTED;
    }
  }

  private final List<Written> written = new ArrayList<>();

  /** How many records there are, which is the next one's offset. */
  int end() {
    return written.size();
  }

  void add(String key, @Nullable String value) {
    written.add(new Written(key, value, -1, Fate.PLAIN));
  }

  void addOfTransaction(long producerId, String key, @Nullable String value) {
    written.add(new Written(key, value, producerId, Fate.OPEN));
  }

  /** A transaction ends. */
  void end(long producerId, boolean committed) {
    decide(producerId, committed ? Fate.COMMITTED : Fate.ABORTED);
    written.add(new Written(null, committed ? "commit" : "abort", producerId, Fate.MARKER));
  }

  private void decide(long producerId, Fate fate) {
    written.stream()
        .filter(one -> one.producerId == producerId && one.fate == Fate.OPEN)
        .forEach(one -> one.fate = fate);
  }

  /** A crash or a cut left so much. */
  void cut(long end) {
    List<Written> kept = List.copyOf(written.subList(0, (int) end));
    written.clear();
    for (Written one : kept) {
      boolean ofTransaction = one.producerId >= 0 && one.fate != Fate.MARKER;
      Fate fate = ofTransaction ? Fate.OPEN : one.fate;
      if (one.fate == Fate.MARKER) {
        decide(one.producerId, "commit".equals(one.value) ? Fate.COMMITTED : Fate.ABORTED);
      }
      written.add(new Written(one.key, one.value, one.producerId, fate));
    }
  }

  /** Whether a producer has a transaction open. */
  boolean isOpen(long producerId) {
    return written.stream().anyMatch(o -> o.producerId == producerId && o.fate == Fate.OPEN);
  }

  /**
   * Compares it with a log.
   *
   * @param whole from this offset on all must be there
   * @param clean below this offset nothing may be there that has a newer one below it
   */
  void check(PartitionLog log, long whole, long clean, String where) throws Exception {
    Set<Long> there = new HashSet<>();
    long start = log.view().logStartOffset();
    long next = start;
    for (RecordBatch batch : Compacted.batches(log)) {
      assertThat(batch.lastOffset()).as(where).isGreaterThanOrEqualTo(next);
      for (Record record : batch) {
        if (record.offset() >= start) {
          assertThat(record.offset()).as(where).isGreaterThanOrEqualTo(next).isLessThan(end());
          next = record.offset() + 1;
          assertThat(Compacted.text(batch, record))
              .as(where)
              .isEqualTo(written.get((int) record.offset()).text(record.offset()));
          there.add(record.offset());
        }
      }
      next = batch.lastOffset() + 1;
    }
    assertThat(log.view().logEndOffset()).as(where).isEqualTo(end());
    checkNothingIsMissing(there, start, whole, where);
    checkNothingIsOld(there, start, clean, where);
    checkFatesAreKnown(there, start, where);
  }

  /** What a transaction wrote is not there without the marker that says what became of it. */
  private void checkFatesAreKnown(Set<Long> there, long start, String where) {
    Map<Long, Integer> markers = new HashMap<>();
    for (int offset = end() - 1; offset >= start; offset--) {
      Written one = written.get(offset);
      if (one.fate == Fate.MARKER) {
        markers.put(one.producerId, offset);
      }
      boolean decided = one.fate == Fate.COMMITTED || one.fate == Fate.ABORTED;
      if (decided && there.contains((long) offset)) {
        long marker = markers.getOrDefault(one.producerId, -1);
        if (!there.contains(marker)) {
          throw new AssertionError(where + ": " + one.text(offset) + " has lost its marker");
        }
      }
    }
  }

  private void checkNothingIsMissing(Set<Long> there, long start, long whole, String where) {
    Map<String, Integer> newest = newest(end());
    for (int offset = (int) start; offset < end(); offset++) {
      Written one = written.get(offset);
      boolean isNewest = one.counts() && isAt(newest, one.key, offset) && one.value != null;
      boolean mustStay = offset >= whole || isNewest || one.fate == Fate.OPEN;
      if (mustStay && !there.contains((long) offset)) {
        throw new AssertionError(
            where
                + ": lost "
                + one.text(offset)
                + ", "
                + one.fate
                + " of "
                + one.producerId
                + ", whole from "
                + whole);
      }
    }
  }

  private void checkNothingIsOld(Set<Long> there, long start, long clean, String where) {
    Map<String, Integer> newest = newest((int) clean);
    for (int offset = (int) start; offset < clean; offset++) {
      Written one = written.get(offset);
      boolean old = one.fate == Fate.ABORTED || (one.counts() && !isAt(newest, one.key, offset));
      if (old && there.contains((long) offset)) {
        throw new AssertionError(where + ": kept " + one.text(offset) + ", clean to " + clean);
      }
    }
  }

  private static boolean isAt(Map<String, Integer> newest, @Nullable String key, int offset) {
    return key != null && newest.getOrDefault(key, -1) == offset;
  }

  private Map<String, Integer> newest(int below) {
    Map<String, Integer> newest = new HashMap<>();
    for (int offset = 0; offset < below; offset++) {
      Written one = written.get(offset);
      if (one.counts() && one.key != null) {
        newest.put(one.key, offset);
      }
    }
    return newest;
  }
}
