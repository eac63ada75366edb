package io.barnabas.server.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * What clients asked of a cluster and what they were told, in the order in which they were told.
 * Values are unique: each belongs to one send. Times are the world's, in nanoseconds.
 */
final class History {
  /** A partition; that of a topic of the same name made later is another one. */
  record Part(Uuid topic, int number) {}

  /** One record as a reader sees it. */
  record Seen(long offset, String value) {}

  /** What a producer knows of a send. */
  enum Outcome {
    ACKNOWLEDGED,
    /** Nothing was appended. */
    REFUSED,
    /** It may have been appended, or may be later. */
    UNKNOWN
  }

  /** One thing that a client learned. */
  sealed interface Event {
    /** Whether it is about a partition of a topic. */
    default boolean isAbout(Uuid topic) {
      Optional<Part> part =
          switch (this) {
            case Send send -> Optional.of(send.part());
            case Poll poll -> Optional.of(poll.part());
            case OutOfRange past -> Optional.of(past.part());
            case End end -> Optional.of(end.part());
            case InSyncChange change -> Optional.of(change.part());
            case Trim trim -> Optional.of(trim.part());
            case Impossible impossible -> Optional.empty();
          };
      return part.filter(each -> each.topic().equals(topic)).isPresent();
    }
  }

  /**
   * A batch of a producer.
   *
   * @param number orders the sends of one client to one partition
   * @param producerId -1 of a producer that is not idempotent; another one sent it again until it
   *     knew the outcome, and the broker is to keep it once, and in order
   * @param firstOffset -1 if the producer was not told
   * @param newestEpoch no leader that may have acknowledged it has a higher leader epoch
   */
  record Send(
      String client,
      Part part,
      int number,
      int acks,
      long producerId,
      List<String> values,
      Outcome outcome,
      long firstOffset,
      int newestEpoch,
      long beganNanos,
      long endedNanos)
      implements Event {}

  /**
   * A fetch of a consumer that was answered without an error.
   *
   * @param leaderEpoch that it asked for
   * @param byLeader whether the leader of that epoch answered; a follower may lag
   * @param from the offset that it asked for; what comes before it in a batch is not in the records
   */
  record Poll(
      String client,
      Part part,
      int leaderEpoch,
      boolean byLeader,
      long from,
      long highWatermark,
      List<Seen> records,
      long beganNanos,
      long endedNanos)
      implements Event {}

  /** A fetch to which the leader's answer was that there is no such offset. */
  record OutOfRange(String client, Part part, int leaderEpoch, long from, long endedNanos)
      implements Event {}

  /** The end of a partition, as a leader told it that was asked for it in its epoch. */
  record End(
      String client, Part part, int leaderEpoch, long offset, long beganNanos, long endedNanos)
      implements Event {}

  /**
   * A change of the in-sync replicas that was carried out.
   *
   * @param knownEpoch the partition epoch of the state that the leader knew
   * @param partitionEpoch that of the state that came of it
   */
  record InSyncChange(Part part, int knownEpoch, int partitionEpoch) implements Event {}

  /**
   * Somebody asks to have all records below an offset deleted, which may have happened from then
   * on.
   */
  record Trim(Part part, long offset) implements Event {}

  /** An answer that no broker may give. */
  record Impossible(String what) implements Event {}

  private final List<Event> events = new ArrayList<>();
  private final Map<Part, Long> trimmed = new HashMap<>();

  void add(Event event) {
    events.add(event);
    if (event instanceof Trim trim) {
      trimmed.merge(trim.part(), trim.offset(), Math::max);
    }
  }

  /** Below it there may be nothing any more. */
  long trimmedTo(Part part) {
    return trimmed.getOrDefault(part, 0L);
  }

  /** The end of the newest fetch from a partition, as far as it is known that all have it. */
  Optional<Long> highWatermark(Part part) {
    return events.reversed().stream()
        .filter(event -> event instanceof Poll poll && poll.part().equals(part))
        .map(event -> ((Poll) event).highWatermark())
        .findFirst();
  }

  List<Event> events() {
    return events;
  }

  /** How many sends were acknowledged. */
  long acknowledged() {
    return events.stream()
        .filter(event -> event instanceof Send send && send.outcome() == Outcome.ACKNOWLEDGED)
        .count();
  }

  /** How many records were read. */
  long read() {
    return events.stream()
        .mapToLong(event -> event instanceof Poll poll ? poll.records().size() : 0)
        .sum();
  }
}
