package io.barnabas.chaos.check;

import java.util.Locale;

/** What can be wrong with a history, by the names of Jepsen's checker where it has one. */
public enum AnomalyKind {
  /** Acknowledged, or read once, and not there any more at the end. */
  LOST_WRITE(true, "acknowledged or read once, and missing in the final reading"),
  /** Acknowledged, and never read by anybody. */
  UNSEEN(true, "acknowledged and never read by anybody"),
  /** One value at several offsets, although the producer is idempotent. */
  DUPLICATE(true, "one value at several offsets"),
  /** Two values at one offset, or a value elsewhere than it was acknowledged. */
  INCONSISTENT_OFFSETS(true, "two values at one offset, or a value not where it was acknowledged"),
  /** A consumer with assigned partitions reads backwards. */
  NONMONOTONIC_POLL(true, "a consumer was given an offset that it had passed"),
  /** A consumer with assigned partitions leaves out a value that is there. */
  POLL_SKIP(true, "a consumer was not given a value between two that it got"),
  /** Two values of one producer are acknowledged in another order than they were sent in. */
  NONMONOTONIC_SEND(true, "acknowledged values of a producer lie in another order than sent"),
  /** A value that nobody sent. */
  PHANTOM(true, "a value that nobody sent there"),
  /** The end that a leader tells is before one that was told or read earlier. */
  WATERMARK_BACK(true, "an end of the log before one seen earlier, in the same or a later epoch"),
  /** The replicas' files differ below the high watermark. */
  REPLICAS_DIFFER(true, "replicas whose files differ below the high watermark"),
  /** A node ended by itself, or something did not come true again after all was healed. */
  NOT_WELL(true, "a node that ended by itself, or a cluster that does not recover"),
  /** A node cannot do without its metadata log, nor that without room. */
  GAVE_UP(false, "a node that ended by itself while there was no room on its disk"),
  /** Kafka's protocol lets a leader that was deposed answer readers until it learns of it. */
  STALE_END(false, "an end before one known, told by a leader that may have a successor"),
  /**
   * Kafka's Java producer begins a new epoch when it has given up a record, and writes what was on
   * its way once more in that: brokers cannot know that they have it.
   */
  REWRITTEN(false, "one value at several offsets, in several epochs of its producer"),
  /** Other producers write in between; Jepsen's int-send-skip. */
  SEND_SKIP(false, "acknowledged values of a producer with those of others between them"),
  /** The outcome was not known to the producer, and the value is there. */
  UNCERTAIN_WRITTEN(false, "a send that failed at the producer, and whose value was written");

  private final boolean forbidden;
  private final String meaning;

  AnomalyKind(boolean forbidden, String meaning) {
    this.forbidden = forbidden;
    this.meaning = meaning;
  }

  /** Whether the model forbids it; what is allowed is only counted. */
  public boolean isForbidden() {
    return forbidden;
  }

  /** One line that says what it is. */
  public String meaning() {
    return meaning;
  }

  /** The name as Jepsen writes it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
