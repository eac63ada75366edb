package io.barnabas.server;

import io.barnabas.metadata.ClusterImage;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator of topics that are to be compacted, as nothing is compacted yet and they grow.
 * Told of images in order, by one thread at a time.
 */
final class UncompactedTopics {
  private static final Logger LOG = LoggerFactory.getLogger(UncompactedTopics.class);
  private static final String POLICY = "cleanup.policy";
  private static final int MOST_NAMED = 10;

  private final Function<ClusterImage, Map<String, String>> defaults;
  private Set<String> known = Set.of();

  /**
   * For the topics of a cluster.
   *
   * @param defaults what a topic gets for settings of which it has no value of its own
   */
  UncompactedTopics(Function<ClusterImage, Map<String, String>> defaults) {
    this.defaults = defaults;
  }

  /** Logs the topics that were not to be compacted in the image before. */
  void accept(ClusterImage image) {
    Set<String> found = in(image);
    Set<String> added = new TreeSet<>(found);
    added.removeAll(known);
    known = found;
    if (!added.isEmpty()) {
      LOG.warn(
          "Nothing is compacted yet, and these topics with cleanup.policy=compact keep all that is"
              + " written: {}{}",
          added.stream().limit(MOST_NAMED).collect(Collectors.joining(", ")),
          added.size() > MOST_NAMED ? " and %d more".formatted(added.size() - MOST_NAMED) : "");
    }
  }

  /** The topics of an image that are to be compacted, but for those that no operator makes. */
  Set<String> in(ClusterImage image) {
    String otherwise = defaults.apply(image).getOrDefault(POLICY, "delete");
    return image.topicIds().keySet().stream()
        .filter(topic -> !Topic.isInternal(topic))
        .filter(
            topic ->
                image
                    .configsOf(new ConfigResource(ConfigResource.Type.TOPIC, topic))
                    .getOrDefault(POLICY, otherwise)
                    .contains("compact"))
        .collect(Collectors.toUnmodifiableSet());
  }
}
