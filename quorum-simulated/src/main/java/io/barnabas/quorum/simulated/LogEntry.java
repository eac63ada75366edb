package io.barnabas.quorum.simulated;

/**
 * An entry of a member's log.
 *
 * @param term of the leader that made it
 * @param data what was proposed
 * @param takesEffect whether the listeners are told of it: it is the next that its proposer
 *     expected
 * @param index how many entries have taken effect with this one
 */
record LogEntry(int term, Content data, boolean takesEffect, long index) {
  private static final Content NOTHING = new Content(new byte[0]);

  /** The one that a term begins with. */
  static LogEntry beginning(int term, long index) {
    return new LogEntry(term, NOTHING, false, index);
  }

  static LogEntry proposed(int term, long expectedIndex, Content data, long indexBefore) {
    return expectedIndex == indexBefore
        ? new LogEntry(term, data, true, indexBefore + 1)
        : new LogEntry(term, data, false, indexBefore);
  }
}
