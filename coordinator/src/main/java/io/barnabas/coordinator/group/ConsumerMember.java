package io.barnabas.coordinator.group;

/**
 * A member of a consumer group: what it says of itself, and where it has got to.
 *
 * @param report what it said last of what it has
 */
record ConsumerMember(
    String id, MemberMetadata metadata, CurrentAssignment current, Report report) {
  /** One that has not been heard of by this leader. */
  ConsumerMember(String id, MemberMetadata metadata, CurrentAssignment current) {
    this(id, metadata, current, Report.NONE);
  }

  /** One of whom nothing is known but the id. */
  static ConsumerMember named(String id) {
    return new ConsumerMember(id, MemberMetadata.NONE, CurrentAssignment.NEW);
  }

  int epoch() {
    return current.epoch();
  }

  boolean isStatic() {
    return metadata.instanceId().isPresent();
  }

  /** Whether it speaks the classic protocol. */
  boolean isClassic() {
    return metadata.classic().isPresent();
  }

  ConsumerMember with(MemberMetadata said) {
    return new ConsumerMember(id, said, current, report);
  }

  ConsumerMember with(CurrentAssignment next) {
    return new ConsumerMember(id, metadata, next, report);
  }

  ConsumerMember with(Report newest) {
    return new ConsumerMember(id, metadata, current, newest);
  }
}
