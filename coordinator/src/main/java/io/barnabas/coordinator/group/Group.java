package io.barnabas.coordinator.group;

/** A group, of one of the protocols by which members share work out. Immutable. */
sealed interface Group permits ClassicGroup, ConsumerGroup {
  /** The name by which clients know it. */
  String id();

  /** Its type where groups have types, as the protocol names it. */
  String type();

  /** Its state, as the protocol names it. */
  String stateText();

  /** What its members are for; empty if it has never had any. */
  String purpose();

  /** Whether it has no members, so that it may go or become one of another type. */
  boolean isVacant();
}
