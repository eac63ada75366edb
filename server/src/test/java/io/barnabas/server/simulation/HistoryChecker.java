package io.barnabas.server.simulation;

import io.barnabas.server.simulation.History.End;
import io.barnabas.server.simulation.History.Event;
import io.barnabas.server.simulation.History.Impossible;
import io.barnabas.server.simulation.History.InSyncChange;
import io.barnabas.server.simulation.History.OutOfRange;
import io.barnabas.server.simulation.History.Outcome;
import io.barnabas.server.simulation.History.Part;
import io.barnabas.server.simulation.History.Poll;
import io.barnabas.server.simulation.History.Seen;
import io.barnabas.server.simulation.History.Send;
import io.barnabas.server.simulation.History.Trim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds what Kafka's protocol does not allow in a history. What it allows is no anomaly: a record
 * of acks=1 or 0 that is gone although it was acknowledged, as long as nobody has read it; a send
 * without an outcome that is there or is not; a leader that does not know yet that it is none any
 * more and tells those who ask for its epoch what was so then; a follower that lags behind.
 */
final class HistoryChecker {
  /** Something that must not be. */
  record Anomaly(String kind, String text) {
    @Override
    public String toString() {
      return kind + ": " + text;
    }
  }

  private final List<Event> events;
  private final Map<Part, List<Seen>> logs;
  private final List<Anomaly> anomalies = new ArrayList<>();

  /** The send of each value. */
  private final Map<String, Send> sends = new HashMap<>();

  /** Below it there may be nothing any more. */
  private final Map<Part, Long> trimmed = new HashMap<>();

  private final Map<Part, Map<Long, String>> values = new HashMap<>();
  private final Map<Part, Map<String, Long>> offsets = new HashMap<>();

  private HistoryChecker(List<Event> events, Map<Part, List<Seen>> logs) {
    this.events = events;
    this.logs = logs;
  }

  /**
   * All anomalies.
   *
   * @param logs what is in the partitions at the end; one that is missing was deleted, so that
   *     nothing that was in it is lost
   */
  static List<Anomaly> check(List<Event> events, Map<Part, List<Seen>> logs) {
    return new HistoryChecker(events, logs).check();
  }

  private List<Anomaly> check() {
    for (Event event : events) {
      if (event instanceof Send send) {
        send.values().forEach(value -> sends.put(value, send));
      } else if (event instanceof Trim trim) {
        trimmed.merge(trim.part(), trim.offset(), Math::max);
      }
    }
    for (Event event : events) {
      switch (event) {
        case Send send -> checkOffsets(send);
        case Poll poll -> checkPoll(poll);
        case OutOfRange past -> checkOutOfRange(past);
        case InSyncChange change -> checkChange(change);
        case Impossible answer -> anomaly("impossible", answer.what());
        case End end -> {}
        case Trim trim -> {}
      }
    }
    logs.forEach(this::checkLog);
    checkOrderOfSends();
    checkLosses();
    new Watermarks(events, this::anomaly).check();
    return anomalies;
  }

  private long trimmedTo(Part part) {
    return trimmed.getOrDefault(part, 0L);
  }

  private void checkOutOfRange(OutOfRange past) {
    if (past.from() >= trimmedTo(past.part())) {
      anomaly("out-of-range", past);
    }
  }

  private void anomaly(String kind, Object what) {
    anomalies.add(new Anomaly(kind, what.toString()));
  }

  // --- values and offsets

  /** What was acknowledged with acks=all has its offset for ever. */
  private void checkOffsets(Send send) {
    if (send.acks() == -1 && send.outcome() == Outcome.ACKNOWLEDGED && send.firstOffset() >= 0) {
      for (int i = 0; i < send.values().size(); i++) {
        note(send.part(), new Seen(send.firstOffset() + i, send.values().get(i)), send);
      }
    }
  }

  private void note(Part part, Seen seen, Object by) {
    String value =
        values.computeIfAbsent(part, p -> new HashMap<>()).putIfAbsent(seen.offset(), seen.value());
    if (value != null && !value.equals(seen.value())) {
      anomaly("inconsistent-offsets", seen + " was " + value + "; " + by);
    }
    Long offset =
        offsets
            .computeIfAbsent(part, p -> new HashMap<>())
            .putIfAbsent(seen.value(), seen.offset());
    // A leader may forget of a producer what it has no records of any more.
    if (offset != null && offset != seen.offset() && offset >= trimmedTo(part)) {
      anomaly("duplicate", seen + " is at " + offset + " too; " + by);
    }
  }

  private void checkRead(Part part, Seen seen, Object by) {
    note(part, seen, by);
    Send send = sends.get(seen.value());
    if (send == null || !send.part().equals(part)) {
      anomaly("never-sent", seen + " in " + part + "; " + by);
    } else if (send.outcome() == Outcome.REFUSED) {
      anomaly("refused-seen", seen + " of " + send);
    }
  }

  private void checkPoll(Poll poll) {
    long next = poll.from();
    for (Seen seen : poll.records()) {
      if (seen.offset() > next) {
        anomaly("skipped-poll", next + " is left out in " + poll);
      } else if (seen.offset() < next) {
        anomaly("nonmonotonic-poll", seen + " after " + next + " in " + poll);
      }
      next = seen.offset() + 1;
      if (seen.offset() >= poll.highWatermark()) {
        anomaly("above-watermark", seen + " in " + poll);
      }
      checkRead(poll.part(), seen, poll);
    }
  }

  private void checkLog(Part part, List<Seen> log) {
    long next = log.isEmpty() ? 0 : Math.min(log.getFirst().offset(), trimmedTo(part));
    for (Seen seen : log) {
      if (seen.offset() != next) {
        anomaly("hole", seen + " in place of " + next + " in " + part);
      }
      next = seen.offset() + 1;
      checkRead(part, seen, "at the end");
    }
  }

  // --- order

  private record Line(String client, Part part) {}

  private void checkOrderOfSends() {
    Map<Line, List<Send>> lines = new HashMap<>();
    for (Event event : events) {
      if (event instanceof Send send && send.acks() == -1 && send.firstOffset() >= 0) {
        lines
            .computeIfAbsent(new Line(send.client(), send.part()), line -> new ArrayList<>())
            .add(send);
      }
    }
    for (List<Send> line : lines.values()) {
      line.sort(Comparator.comparingInt(Send::number));
      for (int i = 1; i < line.size(); i++) {
        if (line.get(i).firstOffset() <= line.get(i - 1).firstOffset()) {
          anomaly("nonmonotonic-send", line.get(i - 1) + ", then " + line.get(i));
        }
      }
    }
    logs.forEach(this::checkOrderIn);
  }

  /** What a producer sends again must not change places with what it sent later. */
  private void checkOrderIn(Part part, List<Seen> log) {
    Map<Long, Send> last = new HashMap<>();
    for (Seen seen : log) {
      Send send = sends.get(seen.value());
      if (send != null && send.producerId() >= 0) {
        Send before = last.put(send.producerId(), send);
        if (before != null && before.number() > send.number()) {
          anomaly("nonmonotonic-send", before + " stands before " + send + " in " + part);
        }
      }
    }
  }

  // --- losses

  private void checkLosses() {
    logs.forEach(
        (part, log) -> {
          Set<String> kept = new HashSet<>();
          log.forEach(seen -> kept.add(seen.value()));
          long end = log.isEmpty() ? 0 : log.getLast().offset() + 1;
          for (Event event : events) {
            if (event instanceof Send send && send.part().equals(part)) {
              checkLoss(send, kept, end);
            } else if (event instanceof Poll poll && poll.part().equals(part)) {
              checkLoss(poll, kept);
            }
          }
        });
  }

  private void checkLoss(Send send, Set<String> kept, long end) {
    if (send.acks() != -1 || send.outcome() != Outcome.ACKNOWLEDGED) {
      return;
    }
    long trimmed = trimmedTo(send.part());
    for (int i = 0; i < send.values().size(); i++) {
      boolean isTrimmed = trimmed > (send.firstOffset() < 0 ? 0 : send.firstOffset() + i);
      if (!isTrimmed && !kept.contains(send.values().get(i))) {
        boolean atEnd = send.firstOffset() < 0 || send.firstOffset() >= end;
        anomaly(atEnd ? "unseen" : "lost-write", send);
        return;
      }
    }
  }

  private void checkLoss(Poll poll, Set<String> kept) {
    for (Seen seen : poll.records()) {
      if (!kept.contains(seen.value()) && seen.offset() >= trimmedTo(poll.part())) {
        anomaly("lost-read", seen + " of " + poll);
      }
    }
  }

  private void checkChange(InSyncChange change) {
    if (change.partitionEpoch() != change.knownEpoch() + 1) {
      anomaly("stale-change", change);
    }
  }

  /** Who takes an anomaly. */
  @FunctionalInterface
  interface Sink {
    void anomaly(String kind, Object what);
  }

  /** How far records are replicated, as clients were told: never less than before. */
  private static final class Watermarks {
    private record Reign(Part part, int leaderEpoch) {}

    /** A high watermark that a client was told. */
    private record Told(Part part, int epoch, long offset, long began, long ended, Event event) {}

    private final List<Event> events;
    private final Sink sink;
    private final List<Told> told = new ArrayList<>();

    Watermarks(List<Event> events, Sink sink) {
      this.events = events;
      this.sink = sink;
    }

    void check() {
      for (Event event : events) {
        if (event instanceof Poll p && p.byLeader()) {
          told.add(
              new Told(
                  p.part(), p.leaderEpoch(), p.highWatermark(), p.beganNanos(), p.endedNanos(), p));
        } else if (event instanceof End e) {
          told.add(
              new Told(e.part(), e.leaderEpoch(), e.offset(), e.beganNanos(), e.endedNanos(), e));
        }
      }
      told.sort(Comparator.comparingLong(Told::ended));
      checkReigns();
      checkEnds();
    }

    /** Within one leadership: not less than anyone was told before this one asked. */
    private void checkReigns() {
      Map<Reign, TreeMap<Long, Told>> highest = new HashMap<>();
      for (Told each : told) {
        TreeMap<Long, Told> before =
            highest.computeIfAbsent(new Reign(each.part, each.epoch), r -> new TreeMap<>());
        Map.Entry<Long, Told> most = before.lowerEntry(each.began);
        if (most != null && most.getValue().offset > each.offset) {
          sink.anomaly("watermark-back", each.event + " after " + most.getValue().event);
        }
        if (before.isEmpty() || before.lastEntry().getValue().offset < each.offset) {
          before.put(each.ended, each);
        }
      }
    }

    /**
     * A leader says where its partition ends only when it knows that no leader before has said
     * more, and nothing was acknowledged above that.
     */
    private void checkEnds() {
      Map<Part, TreeMap<Integer, Told>> byEpoch = new HashMap<>();
      for (Told each : told) {
        byEpoch
            .computeIfAbsent(each.part, p -> new TreeMap<>())
            .merge(each.epoch, each, (a, b) -> a.offset >= b.offset ? a : b);
      }
      for (Event event : events) {
        if (event instanceof End end) {
          for (Told earlier :
              byEpoch
                  .getOrDefault(end.part(), new TreeMap<>())
                  .headMap(end.leaderEpoch(), false)
                  .values()) {
            if (earlier.offset > end.offset()) {
              sink.anomaly("end-back", end + " although " + earlier.event);
            }
          }
        } else if (event instanceof Send send
            && send.acks() == -1
            && send.outcome() == Outcome.ACKNOWLEDGED
            && send.firstOffset() >= 0) {
          checkCovered(send);
        }
      }
    }

    private void checkCovered(Send send) {
      long end = send.firstOffset() + send.values().size();
      for (Event event : events) {
        if (event instanceof End told
            && told.part().equals(send.part())
            && told.beganNanos() > send.endedNanos()
            && told.leaderEpoch() >= send.newestEpoch()
            && told.offset() < end) {
          sink.anomaly("stale-end", told + " although " + send);
        }
      }
    }
  }
}
