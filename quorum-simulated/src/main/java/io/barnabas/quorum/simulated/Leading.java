package io.barnabas.quorum.simulated;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/** What a leader knows of the others. */
final class Leading {
  /** What a leader knows of one other. */
  static final class Follower {
    /** The position that is sent to it next. */
    long next;

    /** The last position that it is known to have; -1 if nothing is known. */
    long match = -1;

    /** The last round that it answered. */
    long round;

    long contactNanos;
    long contactMs = -1;
    long caughtUpMs = -1;
  }

  private record Read(long round, CompletableFuture<Long> answer) {}

  private final SimulatedQuorum quorum;
  private final Member self;
  private final long beginning;
  private final long sinceNanos;
  private final Map<Member, Follower> followers = new HashMap<>();
  private final List<Read> reads = new ArrayList<>();
  private long round;

  /**
   * Knows nothing yet.
   *
   * @param beginning the position of the entry that begins the term
   */
  Leading(SimulatedQuorum quorum, Member self, long beginning, long nowNanos) {
    this.quorum = quorum;
    this.self = self;
    this.beginning = beginning;
    sinceNanos = nowNanos;
  }

  long beginning() {
    return beginning;
  }

  Follower follower(Member member) {
    return followers.computeIfAbsent(
        member,
        key -> {
          Follower follower = new Follower();
          follower.next = self.log.lastPosition();
          follower.contactNanos = sinceNanos;
          return follower;
        });
  }

  long nextRound() {
    return ++round;
  }

  /** The newest position that a majority has on disk. */
  long onMajority() {
    return ofMajority(voter -> voter == self ? self.forced : Math.max(0, follower(voter).match));
  }

  /** When a majority was last heard of. */
  long heardNanos(long nowNanos) {
    return ofMajority(voter -> voter == self ? nowNanos : follower(voter).contactNanos);
  }

  private long ofMajority(ToLongFunction<Member> value) {
    List<Long> values =
        quorum.voters().stream()
            .map(value::applyAsLong)
            .sorted(Comparator.<Long>reverseOrder())
            .toList();
    return values.get(values.size() / 2);
  }

  /** Is answered once a majority has answered a later round. */
  void read(CompletableFuture<Long> answer) {
    reads.add(new Read(round + 1, answer));
  }

  /** Answers those reads that can be. */
  void serveReads() {
    if (self.committed < beginning) {
      return;
    }
    long heard = ofMajority(voter -> voter == self ? round : follower(voter).round);
    long index = self.log.indexAt(self.committed);
    List<Read> ready = reads.stream().filter(read -> read.round() <= heard).toList();
    reads.removeAll(ready);
    ready.forEach(read -> read.answer().complete(index));
  }
}
