package io.barnabas.log;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Small files that are replaced as a whole: after a crash they are the old or the new one. */
final class Checkpoints {
  private Checkpoints() {}

  /** Replaces a file; when this returns, the new content survives a power loss. */
  static void replace(Disk disk, Path target, ByteBuffer content) throws IOException {
    replace(disk, Map.of(target, content));
  }

  /** Replaces some files of one directory; cheaper than one after the other. */
  static void replace(Disk disk, Map<Path, ByteBuffer> contents) throws IOException {
    Path folder = null;
    for (Map.Entry<Path, ByteBuffer> entry : contents.entrySet()) {
      Path target = entry.getKey();
      Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
      disk.delete(temporary);
      try (DiskFile file = disk.openForAppend(temporary)) {
        append(disk, temporary, file, entry.getValue());
        file.force();
      }
      disk.rename(temporary, target);
      folder = target.getParent();
    }
    disk.forceDirectory(Objects.requireNonNull(folder, "a file in a directory"));
  }

  private static void append(Disk disk, Path temporary, DiskFile file, ByteBuffer content)
      throws IOException {
    try {
      file.append(content);
    } catch (IOException e) {
      disk.delete(temporary);
      throw new NotWrittenException(temporary, e);
    }
  }

  static void replace(Disk disk, Path target, String content) throws IOException {
    replace(disk, target, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
  }

  static ByteBuffer read(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.openForRead(path)) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(content, 0);
      return content.flip();
    }
  }

  static List<String> readLines(Disk disk, Path path) throws IOException {
    return StandardCharsets.UTF_8.decode(read(disk, path)).toString().lines().toList();
  }

  /** Kafka's offset checkpoint: version 0, number of entries, "topic partition offset". */
  static void writeOffsets(Disk disk, Path path, Map<TopicPartition, Long> offsets)
      throws IOException {
    StringBuilder text = new StringBuilder("0\n").append(offsets.size()).append('\n');
    new TreeMap<>(named(offsets)).forEach((n, o) -> text.append(n).append(o).append('\n'));
    replace(disk, path, text.toString());
  }

  private static Map<String, Long> named(Map<TopicPartition, Long> offsets) {
    Map<String, Long> named = new TreeMap<>();
    offsets.forEach((p, o) -> named.put(p.topic() + " " + p.partition() + " ", o));
    return named;
  }

  /**
   * What is in an offset checkpoint; nothing if the file is not there.
   *
   * @throws MalformedFileException if it is not one
   */
  static Map<TopicPartition, Long> readOffsets(Disk disk, Path path) throws IOException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    if (!disk.exists(path)) {
      return offsets;
    }
    try {
      for (String[] entry : readEntries(disk, path, 3)) {
        long offset = Long.parseLong(entry[2]);
        if (offset < 0) {
          throw new MalformedFileException(path + " has a negative offset");
        }
        offsets.put(new TopicPartition(entry[0], Integer.parseInt(entry[1])), offset);
      }
    } catch (NumberFormatException e) {
      throw new MalformedFileException(path + " has an entry that is no number");
    }
    return offsets;
  }

  /**
   * The entries of a checkpoint of version 0, each split at its blanks.
   *
   * @throws MalformedFileException if the file is not one
   */
  static List<String[]> readEntries(Disk disk, Path path, int fields) throws IOException {
    List<String> lines = readLines(disk, path);
    if (lines.size() < 2 || !lines.get(0).equals("0")) {
      throw new MalformedFileException(path + " is not a checkpoint of version 0");
    }
    if (!lines.get(1).equals(Integer.toString(lines.size() - 2))) {
      throw new MalformedFileException(path + " has not as many entries as it says");
    }
    List<String[]> entries = new ArrayList<>(lines.size());
    for (String line : lines.subList(2, lines.size())) {
      String[] entry = line.split(" ", -1);
      if (entry.length != fields) {
        throw new MalformedFileException(path + " has a malformed line");
      }
      entries.add(entry);
    }
    return entries;
  }
}
