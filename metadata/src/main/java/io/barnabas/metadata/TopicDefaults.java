package io.barnabas.metadata;

import java.util.Map;

/**
 * What a topic gets where it says nothing itself.
 *
 * @param partitions 1 or more
 * @param replicationFactor 1 or more
 * @param settings values of topic-level settings, by the topic's names; those absent have the
 *     default of {@link TopicSettings}
 */
public record TopicDefaults(int partitions, int replicationFactor, Map<String, String> settings) {
  /** Copies the map. */
  public TopicDefaults {
    settings = Map.copyOf(settings);
  }
}
