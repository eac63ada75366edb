package io.barnabas.log.inspect;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.zip.CRC32C;
import org.apache.kafka.common.TopicPartition;

/**
 * Files that are read as a whole. What they hold that cannot be is a {@link DamagedFileException}.
 */
public final class SmallFiles {
  /** More than a million entries; a file that is larger is something else. */
  private static final int MOST_BYTES = 64 << 20;

  private static final int PRODUCERS_VERSION = 1;
  private static final int PRODUCERS_CHECKED_FROM = 6;
  private static final int PRODUCERS_HEADER_BYTES = 10;
  private static final int PRODUCER_BYTES = 46;
  private static final int EARLIER_BYTES = 32;

  private SmallFiles() {}

  /**
   * What a producer wrote last.
   *
   * @param lastSequence of its last batch; -1 if that is not known
   * @param lastOffset of its last batch; -1 if that is not known
   * @param offsetDelta the batch's last offset less its first
   * @param coordinatorEpoch of the coordinator that ended its last transaction; -1 if none did
   * @param transactionStart the first offset of the one that is open; -1 if none is
   */
  public record Producer(
      long producerId,
      int epoch,
      int lastSequence,
      long lastOffset,
      int offsetDelta,
      long lastTimestampMs,
      int coordinatorEpoch,
      long transactionStart) {}

  /** Where a leader epoch began. */
  public record EpochStart(int epoch, long startOffset) {}

  /** An offset that is noted of a partition. */
  public record PartitionOffset(TopicPartition partition, long offset) {}

  /** A {@code .snapshot}'s producers. */
  public static List<Producer> producers(Disk disk, Path path) throws IOException {
    ByteBuffer file = read(disk, path);
    if (file.remaining() < PRODUCERS_HEADER_BYTES) {
      throw damaged(path, 0, "is too short for a producer snapshot");
    }
    int version = file.getShort();
    if (version != PRODUCERS_VERSION) {
      throw damaged(path, 0, "is a producer snapshot of the unknown version " + version);
    }
    CRC32C crc = new CRC32C();
    crc.update(file.slice(PRODUCERS_CHECKED_FROM, file.limit() - PRODUCERS_CHECKED_FROM));
    if (file.getInt() != (int) crc.getValue()) {
      throw damaged(path, 0, "is a producer snapshot that does not match its checksum");
    }
    int count = file.getInt();
    if (count < 0 || count > file.remaining() / PRODUCER_BYTES) {
      throw damaged(path, PRODUCERS_CHECKED_FROM, "says that it has " + count + " producers");
    }
    List<Producer> producers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      producers.add(
          new Producer(
              file.getLong(),
              file.getShort(),
              file.getInt(),
              file.getLong(),
              file.getInt(),
              file.getLong(),
              file.getInt(),
              file.getLong()));
    }
    checkEarlierBatches(path, file);
    return producers;
  }

  /** Behind what Kafka writes, Barnabas has the batches before each producer's last. */
  private static void checkEarlierBatches(Path path, ByteBuffer file) throws IOException {
    int position = file.position();
    if (file.hasRemaining()
        && (file.remaining() < Integer.BYTES
            || file.getInt() * (long) EARLIER_BYTES != file.remaining())) {
      throw damaged(path, position, "has more behind its producers than it says");
    }
  }

  /** A {@code leader-epoch-checkpoint}'s epochs, in order. */
  public static List<EpochStart> epochs(Disk disk, Path path) throws IOException {
    List<EpochStart> epochs = new ArrayList<>();
    for (Line line : entries(disk, path, 2)) {
      EpochStart start = new EpochStart((int) line.number(0, Integer.MAX_VALUE), line.offset(1));
      if (!epochs.isEmpty()
          && (epochs.getLast().epoch() >= start.epoch()
              || epochs.getLast().startOffset() > start.startOffset())) {
        throw damaged(path, line.position, "has epochs that are not in order");
      }
      epochs.add(start);
    }
    return epochs;
  }

  /** An offset checkpoint's entries, as they are ordered there. */
  public static List<PartitionOffset> offsets(Disk disk, Path path) throws IOException {
    List<PartitionOffset> offsets = new ArrayList<>();
    for (Line line : entries(disk, path, 3)) {
      TopicPartition partition =
          new TopicPartition(line.fields.getFirst(), (int) line.number(1, Integer.MAX_VALUE));
      offsets.add(new PartitionOffset(partition, line.offset(2)));
    }
    return offsets;
  }

  /** Names and values, in the file's order; comments are left out. */
  public static SequencedMap<String, String> properties(Disk disk, Path path) throws IOException {
    SequencedMap<String, String> properties = new LinkedHashMap<>();
    for (Line line : lines(disk, path)) {
      if (line.text.isBlank() || line.text.startsWith("#")) {
        continue;
      }
      String[] parts = line.text.split("[:=]", 2);
      if (parts.length != 2 || properties.containsKey(parts[0].strip())) {
        throw damaged(path, line.position, "has no line with a name of its own and a value");
      }
      properties.put(parts[0].strip(), parts[1].strip());
    }
    return properties;
  }

  private record Line(Path path, long position, String text, List<String> fields) {
    long offset(int field) throws DamagedFileException {
      return number(field, Long.MAX_VALUE);
    }

    long number(int field, long most) throws DamagedFileException {
      String digits = fields.get(field);
      if (digits.matches("[0-9]{1,18}") && Long.parseLong(digits) <= most) {
        return Long.parseLong(digits);
      }
      throw damaged(path, position, "has '%s' where a number must be".formatted(digits));
    }
  }

  private static List<Line> entries(Disk disk, Path path, int fields) throws IOException {
    List<Line> lines = lines(disk, path);
    if (lines.isEmpty()) {
      // As Apache Kafka makes it before there is anything to be noted.
      return List.of();
    }
    if (lines.size() < 2 || !lines.getFirst().text.equals("0")) {
      throw damaged(path, 0, "is no checkpoint of version 0");
    }
    if (!lines.get(1).text.equals(Integer.toString(lines.size() - 2))) {
      throw damaged(path, lines.get(1).position, "says that it has another number of entries");
    }
    List<Line> entries = new ArrayList<>(lines.size());
    for (Line line : lines.subList(2, lines.size())) {
      List<String> parts = List.of(line.text.split(" ", -1));
      if (parts.size() != fields) {
        throw damaged(path, line.position, "has a line without " + fields + " fields");
      }
      entries.add(new Line(path, line.position, line.text, parts));
    }
    return entries;
  }

  private static List<Line> lines(Disk disk, Path path) throws IOException {
    ByteBuffer file = read(disk, path);
    List<Line> lines = new ArrayList<>();
    int start = 0;
    for (int at = 0; at <= file.limit(); at++) {
      if (at == file.limit() ? at > start : file.get(at) == '\n') {
        lines.add(
            new Line(path, start, text(path, start, file.slice(start, at - start)), List.of()));
        start = at + 1;
      }
    }
    return lines;
  }

  private static String text(Path path, int position, ByteBuffer bytes)
      throws DamagedFileException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw damaged(path, position, "is no text");
    }
  }

  private static ByteBuffer read(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.openForRead(path)) {
      if (file.size() > MOST_BYTES) {
        throw damaged(path, 0, "is larger than any such file");
      }
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      file.read(content, 0);
      return content.flip();
    }
  }

  private static DamagedFileException damaged(Path path, long position, String what) {
    return new DamagedFileException(Damage.of(path, position, what));
  }
}
