package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders of a directory's partitions: their names, and the files that say whose they are. */
final class Folders {
  private static final Logger LOG = LoggerFactory.getLogger(Folders.class);
  private static final String METADATA = "partition.metadata";

  /** What file systems allow; the names here are ASCII. */
  private static final int MAX_NAME_BYTES = 255;

  private static final Pattern PARTITION = Pattern.compile("(.+)-(\\d{1,10})");

  private final Disk disk;
  private final Path directory;

  Folders(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** As {@link LogDirectory#stored}. */
  List<StoredPartition> stored() throws IOException {
    List<StoredPartition> stored = new ArrayList<>();
    for (Path name : disk.list(directory)) {
      Path folder = directory.resolve(name);
      Matcher matcher = PARTITION.matcher(name.toString());
      if (matcher.matches() && isMarked(folder)) {
        try {
          int partition = Integer.parseInt(matcher.group(2));
          Uuid topicId = topicId(folder);
          stored.add(
              new StoredPartition(
                  new TopicIdPartition(topicId, partition, matcher.group(1)), folder));
        } catch (MalformedFileException | NumberFormatException e) {
          LOG.error("{} is left alone: {}", folder, e.getMessage());
        }
      }
    }
    return stored;
  }

  /** Whether a folder says whose it is. */
  boolean isMarked(Path folder) throws IOException {
    return disk.exists(folder.resolve(METADATA));
  }

  /** Says so, durably. */
  void mark(Path folder, TopicIdPartition id) throws IOException {
    Checkpoints.replace(disk, folder.resolve(METADATA), "version: 0\ntopic_id: " + id.topicId());
  }

  /** Which topic's it says it is. */
  Uuid topicId(Path folder) throws IOException {
    for (String line : Checkpoints.readLines(disk, folder.resolve(METADATA))) {
      if (line.startsWith("topic_id: ")) {
        try {
          return Uuid.fromString(line.substring("topic_id: ".length()));
        } catch (IllegalArgumentException e) {
          throw new MalformedFileException(folder.resolve(METADATA) + " has no topic id");
        }
      }
    }
    throw new MalformedFileException(folder.resolve(METADATA) + " has no topic id");
  }

  /** Another name for a partition's folder; of a long topic's name the end is left out. */
  Path renamed(Path folder, String suffix) {
    String name = folder.getFileName().toString();
    int dash = name.lastIndexOf('-');
    String end = name.substring(dash) + suffix;
    return directory.resolve(
        name.substring(0, Math.min(dash, MAX_NAME_BYTES - end.length())) + end);
  }
}
