package io.barnabas.replica;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.StoredPartition;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is in a data directory and in no image. For one thread. */
final class Strays {
  private static final Logger LOG = LoggerFactory.getLogger(Strays.class);

  private final int nodeId;
  private final LogDirectory directory;
  private boolean done;

  Strays(int nodeId, LogDirectory directory) {
    this.nodeId = nodeId;
    this.directory = directory;
  }

  /** Once, before anything is opened: what the cluster does not know must not be in the way. */
  void setAside(ClusterImage wanted) {
    if (done) {
      return;
    }
    done = true;
    List<StoredPartition> found;
    try {
      found = directory.stored();
    } catch (IOException | RuntimeException e) {
      LOG.error("{} cannot be searched for what does not belong there", directory.path(), e);
      return;
    }
    for (StoredPartition stored : found) {
      TopicImage topic = wanted.topics().get(stored.id().topicId());
      boolean isKnown =
          topic != null
              && topic.name().equals(stored.id().topic())
              && TopicChanges.isOn(nodeId, topic, stored.id().partition());
      // That one is damaged, which is found when it is opened.
      boolean isMisspelt =
          wanted
              .topicByName(stored.id().topic())
              .filter(named -> stored.misspells(named.id()))
              .isPresent();
      if (!isKnown && !isMisspelt) {
        setAside(stored);
      }
    }
  }

  private void setAside(StoredPartition stored) {
    LOG.warn("The cluster knows no {}; its files are set aside", stored.id());
    try {
      directory.setAside(stored);
    } catch (IOException | RuntimeException e) {
      LOG.error("{} cannot be set aside; a topic of its name cannot be opened", stored.folder(), e);
    }
  }
}
