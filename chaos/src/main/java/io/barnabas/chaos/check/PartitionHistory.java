package io.barnabas.chaos.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToIntFunction;

/**
 * What clients did to one partition and saw of it. What is wrong at once is found at once, the rest
 * by {@link #check} at the end. Any thread.
 */
public final class PartitionHistory {
  private final String name;
  private final Findings findings;

  /** By offset, what anybody has read there. */
  private final LongList values = new LongList();

  /** By offset, what the final reading has found there. */
  private final LongList finalValues = new LongList();

  /** By producer and number. */
  private final List<Sends> producers = new ArrayList<>();

  /** Offsets that readers were not given between two that they were. */
  private final List<Gap> gaps = new ArrayList<>();

  private record Gap(String reader, long first, long last) {}

  /** What one producer sent. */
  private static final class Sends {
    private final LongList ackedAt = new LongList();
    private int sent;
  }

  /**
   * An empty history.
   *
   * @param name of the partition, for people
   * @param findings where anomalies go
   */
  public PartitionHistory(String name, Findings findings) {
    this.name = name;
    this.findings = findings;
  }

  /** The next value of a producer, which is about to send it. */
  public synchronized Value send(int producer) {
    while (producers.size() <= producer) {
      producers.add(new Sends());
    }
    Sends sends = producers.get(producer);
    return new Value(producer, sends.sent++);
  }

  /**
   * A value was acknowledged.
   *
   * @param offset where it is, -1 if the leader only says that it has it already
   */
  public synchronized void acknowledged(Value value, long offset) {
    producers.get(value.producer()).ackedAt.set(value.number(), offset);
  }

  /**
   * One consumer from its assignment to its end; each has its own.
   *
   * @param reader who it is, for people
   */
  public Session session(String reader) {
    return new Session(reader);
  }

  /** What one consumer with an assigned partition was given, one thread. */
  public final class Session {
    private final String reader;
    private long last = -1;

    private Session(String reader) {
      this.reader = reader;
    }

    /** The next record; the first may be any. */
    public void read(long offset, long packedValue) {
      if (last < 0) {
        last = offset - 1;
      }
      advance(offset);
      note(offset, packedValue);
    }

    /** The next record of the final reading, which begins with offset 0. */
    public void readFinally(long offset, long packedValue) {
      advance(offset);
      note(offset, packedValue);
      synchronized (PartitionHistory.this) {
        finalValues.set(offset, packedValue);
      }
    }

    private void advance(long offset) {
      if (offset <= last) {
        findings.add(
            AnomalyKind.NONMONOTONIC_POLL,
            name + ": " + reader + " got offset " + offset + " after " + last);
      } else if (offset > last + 1) {
        remember(new Gap(reader, last + 1, offset - 1));
      }
      last = Math.max(last, offset);
    }

    private void note(long offset, long packedValue) {
      synchronized (PartitionHistory.this) {
        long before = values.get(offset);
        if (before == LongList.NONE) {
          values.set(offset, packedValue);
        } else if (before != packedValue) {
          findings.add(
              AnomalyKind.INCONSISTENT_OFFSETS,
              name
                  + ": offset "
                  + offset
                  + " holds "
                  + Value.of(before)
                  + ", to "
                  + reader
                  + " "
                  + Value.of(packedValue));
        }
      }
    }
  }

  private synchronized void remember(Gap gap) {
    gaps.add(gap);
  }

  /** How many values were acknowledged. */
  public synchronized long acknowledgedCount() {
    long count = 0;
    for (Sends sends : producers) {
      for (int number = 0; number < sends.ackedAt.size(); number++) {
        if (sends.ackedAt.get(number) != LongList.NONE) {
          count++;
        }
      }
    }
    return count;
  }

  /** How many values were sent. */
  public synchronized long sentCount() {
    return producers.stream().mapToLong(sends -> sends.sent).sum();
  }

  /** How many the final reading has found. */
  public synchronized long finalCount() {
    long count = 0;
    for (int offset = 0; offset < finalValues.size(); offset++) {
      if (finalValues.get(offset) != LongList.NONE) {
        count++;
      }
    }
    return count;
  }

  /**
   * Looks at the whole; after the final reading.
   *
   * @param producerEpochs of the record at each offset
   */
  public synchronized void check(LongToIntFunction producerEpochs) {
    List<LongList> places = places(producerEpochs);
    for (int producer = 0; producer < producers.size(); producer++) {
      checkSends(producer, places.get(producer));
    }
    for (int offset = 0; offset < values.size(); offset++) {
      long value = values.get(offset);
      if (value != LongList.NONE && finalValues.get(offset) != value) {
        findings.add(
            AnomalyKind.LOST_WRITE,
            name + ": " + Value.of(value) + ", read at " + offset + ", is gone; " + finalEnd());
      }
    }
    for (Gap gap : gaps) {
      checkGap(gap);
    }
  }

  /** Where each value is, by producer and number; finds duplicates and phantoms. */
  private List<LongList> places(LongToIntFunction producerEpochs) {
    List<LongList> places = new ArrayList<>();
    producers.forEach(_ -> places.add(new LongList()));
    for (int offset = 0; offset < values.size(); offset++) {
      long packed = values.get(offset);
      if (packed == LongList.NONE) {
        continue;
      }
      Value value = Value.of(packed);
      if (value.producer() < 0
          || value.producer() >= producers.size()
          || value.number() < 0
          || value.number() >= producers.get(value.producer()).sent) {
        findings.add(AnomalyKind.PHANTOM, name + ": " + value + " at " + offset);
        continue;
      }
      LongList known = places.get(value.producer());
      long before = known.get(value.number());
      if (before != LongList.NONE) {
        // What was acknowledged no producer writes again.
        boolean isRewritten =
            producers.get(value.producer()).ackedAt.get(value.number()) != before
                && producerEpochs.applyAsInt(before) != producerEpochs.applyAsInt(offset);
        findings.add(
            isRewritten ? AnomalyKind.REWRITTEN : AnomalyKind.DUPLICATE,
            name + ": " + value + " at " + before + " and at " + offset);
      } else {
        known.set(value.number(), offset);
      }
    }
    return places;
  }

  private void checkSends(int producer, LongList places) {
    Sends sends = producers.get(producer);
    long lastAcked = -1;
    for (int number = 0; number < sends.sent; number++) {
      Value value = new Value(producer, number);
      long acked = sends.ackedAt.get(number);
      long place = places.get(number);
      if (acked == LongList.NONE) {
        findings.count(AnomalyKind.UNCERTAIN_WRITTEN, place == LongList.NONE ? 0 : 1);
        continue;
      }
      if (acked == -1 && place != LongList.NONE) {
        continue;
      }
      if (place == LongList.NONE) {
        findings.add(
            acked < finalValues.size() ? AnomalyKind.LOST_WRITE : AnomalyKind.UNSEEN,
            name + ": " + value + ", acknowledged at " + acked + ", was never read; " + finalEnd());
      } else if (place != acked && values.get(acked) != value.packed()) {
        findings.add(
            AnomalyKind.INCONSISTENT_OFFSETS,
            name + ": " + value + ", acknowledged at " + acked + ", is at " + place);
      }
      if (acked <= lastAcked) {
        findings.add(
            AnomalyKind.NONMONOTONIC_SEND,
            name + ": " + value + " is at " + acked + ", one sent before it at " + lastAcked);
      }
      findings.count(AnomalyKind.SEND_SKIP, lastAcked >= 0 && acked > lastAcked + 1 ? 1 : 0);
      lastAcked = Math.max(lastAcked, acked);
    }
  }

  private String finalEnd() {
    return "the final reading ended at " + finalValues.size();
  }

  private void checkGap(Gap gap) {
    for (long offset = gap.first; offset <= gap.last; offset++) {
      if (values.get(offset) != LongList.NONE) {
        findings.add(
            AnomalyKind.POLL_SKIP,
            name + ": " + gap.reader + " was not given offset " + offset + ", but later ones");
        return;
      }
    }
  }
}
