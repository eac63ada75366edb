package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Deletes topics, each for itself: one that cannot be does not stop the others. */
public record DeleteTopics(List<Named> topics) implements Command<List<DeleteTopics.TopicResult>> {
  /** Copies the list. */
  public DeleteTopics {
    topics = List.copyOf(topics);
  }

  /** One result for each topic that the request names. */
  @Override
  public Decision<List<TopicResult>> decide(ClusterImage image, long nowMs) {
    return TopicDeletion.decide(image, topics);
  }

  /**
   * A topic by its name or by its id, never both.
   *
   * @param id {@link Uuid#ZERO_UUID} if named by its name
   */
  public record Named(Optional<String> name, Uuid id) {
    /** A topic by its name. */
    public static Named byName(String name) {
      return new Named(Optional.of(name), Uuid.ZERO_UUID);
    }

    /** A topic by its id. */
    public static Named byId(Uuid id) {
      return new Named(Optional.empty(), id);
    }
  }

  /**
   * What became of one topic.
   *
   * @param name empty if asked by an id that is unknown
   * @param id {@link Uuid#ZERO_UUID} if asked by a name that is unknown
   * @param message why it was refused
   */
  public record TopicResult(
      Optional<String> name, Uuid id, Errors error, Optional<String> message) {}
}
