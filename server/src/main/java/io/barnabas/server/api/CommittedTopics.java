package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Topics of requests about committed offsets, which say names, and from some version on ids.
 *
 * @param byId whether this one says ids
 */
record CommittedTopics(ClusterImage image, boolean byId) {
  /** The topic that is meant, if there is one. */
  Optional<TopicImage> find(String name, Uuid id) {
    return byId ? image.topicById(id) : image.topicByName(name);
  }

  /** What is said of one that there is not. */
  Errors unknown() {
    return byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
  }
}
