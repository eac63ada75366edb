package io.barnabas.log;

import java.nio.file.Path;
import org.apache.kafka.common.TopicIdPartition;

/**
 * A partition found on disk.
 *
 * @param id from its folder's name and its partition.metadata
 * @param folder where it is
 */
public record StoredPartition(TopicIdPartition id, Path folder) {}
