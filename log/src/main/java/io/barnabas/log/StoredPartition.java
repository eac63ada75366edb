package io.barnabas.log;

import java.nio.file.Path;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/**
 * A partition found on disk.
 *
 * @param id from its folder's name and its partition.metadata
 * @param folder where it is
 */
public record StoredPartition(TopicIdPartition id, Path folder) {
  /**
   * Whether its topic's id differs from another in one letter, as where a bit of partition.metadata
   * flipped: ids are random, so no two topics' do.
   */
  public boolean misspells(Uuid topicId) {
    return Folders.isMisspelt(id.topicId(), topicId);
  }
}
