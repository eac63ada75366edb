package io.barnabas.coordinator.assignor;

import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;

/** Shares partitions out. */
public sealed interface Assignor permits RangeAssignor, UniformAssignor {
  /** As clients and settings call it. */
  String name();

  /** What each member is to have; each is in it. */
  Map<String, NavigableSet<PartitionId>> assign(AssignorInput input);

  /** The assignor of this name. */
  static Optional<Assignor> named(String name) {
    return switch (name) {
      case UniformAssignor.NAME -> Optional.of(new UniformAssignor());
      case RangeAssignor.NAME -> Optional.of(new RangeAssignor());
      default -> Optional.empty();
    };
  }
}
