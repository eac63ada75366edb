package io.barnabas.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.coordinator.Effect.Answer;
import io.barnabas.coordinator.Effect.SetTimer;
import io.barnabas.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** A small state machine: notes by name, some of which write themselves after a while. */
final class Notes implements StateMachine<Notes.State, Notes.Command> {
  static final String ALARM = "alarm";

  /**
   * What is noted.
   *
   * @param texts the lasting part
   * @param waiting who waits for a name to be written, the passing part
   */
  record State(PMap<String, String> texts, PMap<String, Long> waiting) {}

  sealed interface Command {
    /** Answered with what was there before, or an empty text. */
    record Write(String name, String text) implements Command {}

    /** Answered with the text that is written next. */
    record Await(String name) implements Command {}

    /** Answered at once; the name is written later. */
    record WriteLater(String name, long delayMs) implements Command {}
  }

  @Override
  public State initial() {
    return new State(HashTreePMap.empty(), HashTreePMap.empty());
  }

  private static String text(Bytes bytes) {
    return new String(bytes.array(), UTF_8);
  }

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(UTF_8));
  }

  @Override
  public State replay(State state, Bytes key, Optional<Bytes> value) {
    return new State(
        state.texts().plus(text(key), value.map(Notes::text).orElseThrow()), state.waiting());
  }

  @Override
  public Decision<State> loaded(State state, ClusterImage image, long nowMs) {
    return Decision.nothing(state);
  }

  private static CoordinatorRecord record(String name, String text) {
    return new CoordinatorRecord(bytes(name), Optional.of(bytes(text)));
  }

  private static Decision<State> write(
      State state, String name, String text, List<Effect> effects) {
    List<Effect> all = new ArrayList<>(effects);
    Long waiter = state.waiting().get(name);
    if (waiter != null) {
      all.add(new Answer(waiter, text));
    }
    return new Decision<>(
        List.of(record(name, text)),
        new State(state.texts().plus(name, text), state.waiting().minus(name)),
        all);
  }

  @Override
  public Decision<State> decide(State state, Command command, long waiter, long nowMs) {
    return switch (command) {
      case Command.Write(String name, String text) ->
          write(
              state, name, text, List.of(new Answer(waiter, state.texts().getOrDefault(name, ""))));
      case Command.Await(String name) ->
          new Decision<>(
              List.of(), new State(state.texts(), state.waiting().plus(name, waiter)), List.of());
      case Command.WriteLater(String name, long delayMs) ->
          new Decision<>(
              List.of(),
              state,
              List.of(
                  new SetTimer(new TimerKey(ALARM, name, ""), delayMs), new Answer(waiter, name)));
    };
  }

  @Override
  public Decision<State> expired(State state, TimerKey timer, long nowMs) {
    return write(state, timer.group(), ALARM, List.of());
  }
}
