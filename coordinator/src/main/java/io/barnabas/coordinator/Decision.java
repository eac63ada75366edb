package io.barnabas.coordinator;

import java.util.List;

/**
 * What a state machine decided.
 *
 * @param records to be appended, all of them or none
 * @param state after that; with the same records replayed it has the same lasting part
 * @param effects in order, once the records are appended
 * @param <S> the state
 */
public record Decision<S>(List<CoordinatorRecord> records, S state, List<Effect> effects) {
  /** Copies the lists. */
  public Decision {
    records = List.copyOf(records);
    effects = List.copyOf(effects);
  }

  /** Nothing changes. */
  public static <S> Decision<S> nothing(S state) {
    return new Decision<>(List.of(), state, List.of());
  }
}
