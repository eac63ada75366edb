package io.barnabas.server.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What members of groups were told, and what of that cannot be. Times are the world's, in
 * nanoseconds.
 *
 * <p>Only what surely came before something else counts as before it: if one was told before the
 * other even asked, and by a leader that was not a later one. A leader that does not know yet that
 * it is none any more may answer as it was in its time.
 */
final class GroupHistory {
  /** A partition as a group reads it. */
  record Place(String group, TopicPartition partition) {}

  /**
   * Somebody asks a node.
   *
   * @param leaderEpoch of the coordinator's partition, no later than that of the answer
   */
  record Asked(int node, int leaderEpoch, long nanos) {}

  /**
   * Somebody was told.
   *
   * @param leaderEpoch no earlier than that of the answer
   */
  record Told(int leaderEpoch, long nanos) {
    /** Whether this surely was before the other one's answer. */
    boolean isBefore(Asked other) {
      return nanos <= other.nanos() && leaderEpoch <= other.leaderEpoch();
    }
  }

  /**
   * Somebody was told that a partition is his.
   *
   * @param instance of a static member, who may come back under another id
   * @param epoch of the member or the generation
   */
  record Hold(
      Place place, String member, @Nullable String instance, int epoch, Asked asked, Told told) {
    /** Whether this one's member surely had it before the other's. */
    boolean isBefore(Hold other) {
      return !member.equals(other.member) && told.isBefore(other.asked);
    }
  }

  /** What the member knows of a commit. */
  enum Outcome {
    ACKNOWLEDGED,
    REFUSED,
    UNKNOWN
  }

  /** A commit. Its number is committed with it. */
  static final class Commit {
    private final int number;
    private final Hold hold;
    private final long offset;
    private final Asked asked;
    private Outcome outcome = Outcome.UNKNOWN;
    private Told told = new Told(Integer.MAX_VALUE, Long.MAX_VALUE);

    private Commit(int number, Hold hold, long offset, Asked asked) {
      this.number = number;
      this.hold = hold;
      this.offset = offset;
      this.asked = asked;
    }

    String text() {
      return Integer.toString(number);
    }

    long offset() {
      return offset;
    }

    /** Whether this one surely was done, if ever, before the other one. */
    private boolean isBefore(Commit other) {
      // What is acknowledged is replicated, which no leader can do that is none any more.
      boolean wasDone = outcome == Outcome.ACKNOWLEDGED && told.nanos() < other.asked.nanos();
      return wasDone
          || (hold.isBefore(other.hold) && other.hold.told().nanos() <= other.asked.nanos());
    }

    @Override
    public String toString() {
      return "commit %d of %d, %s, %s %s, %s".formatted(number, offset, asked, outcome, told, hold);
    }
  }

  /**
   * Somebody was told what is committed.
   *
   * @param commit empty if nothing is
   */
  private record Look(Optional<Commit> commit, Asked asked, Told told) {}

  private static final int MOST_TOLD = 3;

  private final List<Commit> commits = new ArrayList<>();
  private final Map<Place, List<Commit>> byPlace = new HashMap<>();
  private final Map<Place, List<Look>> looks = new HashMap<>();
  private final Map<Place, List<Hold>> holds = new HashMap<>();
  private final List<String> anomalies = new ArrayList<>();
  private int refused;

  // --- who has what

  /**
   * Takes notice that somebody was told what is his.
   *
   * @param hasEpochsOnce whether no epoch of the group is ever used for two assignments
   */
  void holds(Hold hold, boolean hasEpochsOnce) {
    List<Hold> before = holds.computeIfAbsent(hold.place(), place -> new ArrayList<>());
    for (Hold other : before) {
      if (hasEpochsOnce
          && other.epoch() == hold.epoch()
          && !other.member().equals(hold.member())
          && (hold.instance() == null || !hold.instance().equals(other.instance()))) {
        anomalies.add("two in one epoch: %s and %s".formatted(other, hold));
      }
    }
    before.add(hold);
  }

  /** A coordinator took somebody for a member that has a partition, when he asked. */
  private void confirm(Hold hold, Asked asked, String how) {
    for (Hold other : holds.getOrDefault(hold.place(), List.of())) {
      if (hold.isBefore(other) && other.told().isBefore(asked)) {
        anomalies.add("%s, %s: %s, but since then %s".formatted(how, asked, hold, other));
        return;
      }
    }
  }

  /** A heartbeat was answered as if all were well with what somebody has. */
  void beat(Hold hold, Asked asked) {
    confirm(hold, asked, "heartbeat");
  }

  /** Somebody was told that he has what another one has who surely has not been given up. */
  void overlap(Hold hold, Hold other, Asked heard) {
    anomalies.add("%s, while %s was heard of at %s".formatted(hold, other, heard));
  }

  // --- commits

  Commit begin(Hold hold, long offset, Asked asked) {
    Commit commit = new Commit(commits.size(), hold, offset, asked);
    commits.add(commit);
    byPlace.computeIfAbsent(hold.place(), place -> new ArrayList<>()).add(commit);
    return commit;
  }

  void acknowledged(Commit commit, Told told) {
    commit.outcome = Outcome.ACKNOWLEDGED;
    commit.told = told;
    // Whatever the node knew when it was asked, it was the leader when it answered.
    confirm(
        commit.hold,
        new Asked(commit.asked.node(), Integer.MAX_VALUE, commit.asked.nanos()),
        "commit");
  }

  void refused(Commit commit, Told told) {
    commit.outcome = Outcome.REFUSED;
    commit.told = told;
    refused++;
  }

  /**
   * Somebody was told what is committed.
   *
   * @param offset -1 if nothing is
   */
  void looked(Place place, long offset, String text, Asked asked, Told told) {
    Optional<Commit> commit = Optional.empty();
    if (offset >= 0) {
      commit = find(place, offset, text);
      if (commit.isEmpty()) {
        anomalies.add("nobody committed %d %s of %s".formatted(offset, text, place));
        return;
      }
    }
    Look look = new Look(commit, asked, told);
    check(place, look);
    looks.computeIfAbsent(place, each -> new ArrayList<>()).add(look);
  }

  private Optional<Commit> find(Place place, long offset, String text) {
    return byPlace.getOrDefault(place, List.of()).stream()
        .filter(each -> each.offset == offset && each.text().equals(text))
        .findFirst();
  }

  private void check(Place place, Look look) {
    if (look.commit().filter(each -> each.outcome == Outcome.REFUSED).isPresent()) {
      anomalies.add("refused, and there: " + look);
    }
    for (Commit later : byPlace.getOrDefault(place, List.of())) {
      if (later.outcome == Outcome.ACKNOWLEDGED
          && later.told.isBefore(look.asked())
          && look.commit().map(each -> each.isBefore(later)).orElse(true)) {
        anomalies.add("lost: %s; found %s".formatted(later, look));
        return;
      }
    }
    for (Look earlier : looks.getOrDefault(place, List.of())) {
      if (earlier.told().isBefore(look.asked())
          && earlier.commit().isPresent()
          && look.commit().map(each -> each.isBefore(earlier.commit().get())).orElse(true)) {
        anomalies.add("went back: from %s to %s".formatted(earlier, look));
        return;
      }
    }
  }

  // --- what came out

  long acknowledged() {
    return commits.stream().filter(each -> each.outcome == Outcome.ACKNOWLEDGED).count();
  }

  long refused() {
    return refused;
  }

  /** Whether somebody's commit to a place has been acknowledged that began after that. */
  boolean isCommittedSince(Place place, long nanos) {
    return byPlace.getOrDefault(place, List.of()).stream()
        .anyMatch(each -> each.outcome == Outcome.ACKNOWLEDGED && each.asked.nanos() > nanos);
  }

  /** What cannot be; empty if all could. */
  String anomalies() {
    return anomalies.isEmpty()
        ? ""
        : "%d anomalies: %s"
            .formatted(
                anomalies.size(),
                String.join("; ", anomalies.subList(0, Math.min(MOST_TOLD, anomalies.size()))));
  }
}
