package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders of a directory's partitions: their names, and the files that say whose they are. */
final class Folders {
  private static final Logger LOG = LoggerFactory.getLogger(Folders.class);
  private static final String METADATA = "partition.metadata";
  private static final String DAMAGED = "-damaged";

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

  /** Where a partition is. */
  Path of(TopicIdPartition id) {
    return directory.resolve(id.topic() + "-" + id.partition());
  }

  /** Where the damaged files of a partition are kept. */
  Path damaged(TopicIdPartition id) {
    return renamed(of(id), "." + id.topicId() + DAMAGED);
  }

  /** Whether a folder says that it is this partition's, or nothing that can be understood. */
  boolean isOf(Path folder, TopicIdPartition id) throws IOException {
    try {
      if (!isMarked(folder)) {
        return false;
      }
      Uuid owner = topicId(folder);
      return owner.equals(id.topicId()) || isMisspelt(owner, id.topicId());
    } catch (MalformedFileException e) {
      LOG.warn("{} is taken for the folder of {}: {}", folder, id, e.getMessage());
      return true;
    }
  }

  /** Removes a folder with the files in it, if it is there. */
  void remove(Path folder) throws IOException {
    if (disk.exists(folder)) {
      for (Path name : disk.list(folder)) {
        disk.delete(folder.resolve(name));
      }
      disk.delete(folder);
    }
  }

  /**
   * Makes a folder.
   *
   * @throws NotWrittenException if the disk does not take it
   */
  void make(Path folder) throws IOException {
    try {
      disk.createDirectories(folder);
    } catch (IOException e) {
      throw new NotWrittenException(folder, e);
    }
  }

  /** Whether a folder says whose it is. */
  boolean isMarked(Path folder) throws IOException {
    return disk.exists(mark(folder));
  }

  /** The file that says so. */
  Path mark(Path folder) {
    return folder.resolve(METADATA);
  }

  /** Says so, durably. */
  void mark(Path folder, TopicIdPartition id) throws IOException {
    Checkpoints.replace(disk, mark(folder), "version: 0\ntopic_id: " + id.topicId());
  }

  /**
   * Whether two ids differ in one letter, as where a bit of the file flipped: they are random, so
   * no two topics' do.
   */
  static boolean isMisspelt(Uuid one, Uuid other) {
    String text = one.toString();
    String right = other.toString();
    return text.length() == right.length()
        && IntStream.range(0, text.length()).filter(i -> text.charAt(i) != right.charAt(i)).count()
            == 1;
  }

  /** Which topic's it says it is. */
  Uuid topicId(Path folder) throws IOException {
    for (String line : Checkpoints.readLines(disk, mark(folder))) {
      if (line.startsWith("topic_id: ")) {
        try {
          return Uuid.fromString(line.substring("topic_id: ".length()));
        } catch (IllegalArgumentException e) {
          throw new MalformedFileException(mark(folder) + " has no topic id");
        }
      }
    }
    throw new MalformedFileException(mark(folder) + " has no topic id");
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
