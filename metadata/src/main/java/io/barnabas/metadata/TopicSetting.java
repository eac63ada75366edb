package io.barnabas.metadata;

/**
 * A topic-level setting as it is in effect.
 *
 * @param source whose value it is
 */
public record TopicSetting(String name, String value, Source source) {
  /** Whose value a setting has, the strongest first. */
  public enum Source {
    /** The topic's own. */
    TOPIC,
    /** What the node or the cluster sets for all topics. */
    NODE,
    /** Nobody's; what the setting is by itself. */
    DEFAULT
  }
}
