package io.barnabas.chaos.check;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The ends of one partition that leaders have told (the high watermark) and that readers have come
 * to: none may be before what was known before it was asked for. Any thread.
 *
 * <p>A leader that was deposed and does not know it may tell an older end: of its own epoch or an
 * earlier one than that of whoever told more. A record tells only that the leader that gave it was
 * of its epoch or a later one, so it binds leaders of later epochs than its own.
 */
public final class EndWatch {
  private final String name;
  private final Findings findings;
  private final NavigableMap<Integer, Long> told = new TreeMap<>();
  private final NavigableMap<Integer, Long> read = new TreeMap<>();

  /**
   * What is known at some moment.
   *
   * @param told by leader epoch, the furthest end that such a leader has told
   * @param read by leader epoch, the end behind the furthest record of that epoch
   */
  public record Known(NavigableMap<Integer, Long> told, NavigableMap<Integer, Long> read) {}

  /**
   * Nothing is known yet.
   *
   * @param name of the partition, for people
   * @param findings where anomalies go
   */
  public EndWatch(String name, Findings findings) {
    this.name = name;
    this.findings = findings;
  }

  /** What is known now, which an answer asked for from now on must respect. */
  public synchronized Known known() {
    return new Known(new TreeMap<>(told), new TreeMap<>(read));
  }

  /** A record was read, so the end is behind it. */
  public synchronized void read(long offset, int leaderEpoch) {
    read.merge(leaderEpoch, offset + 1, Math::max);
  }

  /**
   * A leader has told the end.
   *
   * @param before what was known when it was asked
   */
  public synchronized void told(Known before, long end, int leaderEpoch) {
    compare(before.told(), end, leaderEpoch, "told", epoch -> epoch <= leaderEpoch);
    compare(before.read(), end, leaderEpoch, "read", epoch -> epoch < leaderEpoch);
    told.merge(leaderEpoch, end, Math::max);
  }

  private void compare(
      NavigableMap<Integer, Long> known,
      long end,
      int leaderEpoch,
      String how,
      Predicate<Integer> binds) {
    for (Map.Entry<Integer, Long> further : known.entrySet()) {
      if (further.getValue() > end) {
        findings.add(
            binds.test(further.getKey()) ? AnomalyKind.WATERMARK_BACK : AnomalyKind.STALE_END,
            String.format(
                "%s: end %d in epoch %d after end %d was %s in epoch %d",
                name, end, leaderEpoch, further.getValue(), how, further.getKey()));
        return;
      }
    }
  }
}
