package io.barnabas.chaos.check;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongToIntFunction;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** The batches in the segment files of one replica whose node does not run. */
public final class ReplicaFiles {
  private static final int HEADER_BYTES = 12;
  private static final int LEAST_BATCH_BYTES = 49;
  private static final int MOST_BATCH_BYTES = 64 << 20;

  /** Where it is in a batch. */
  private static final int PRODUCER_EPOCH = 51;

  /**
   * One batch.
   *
   * @param baseOffset of its first record
   * @param bytes how many it has, header included
   * @param checksum of all of them
   * @param producerEpoch of the producer whose records they are
   */
  public record Batch(long baseOffset, int bytes, long checksum, int producerEpoch) {}

  private ReplicaFiles() {}

  /**
   * Reads the batches of a partition's folder up to an offset.
   *
   * @param end the first offset that does not count
   * @throws IOException also if a file ends within a batch before that offset
   */
  public static List<Batch> read(Path folder, long end) throws IOException {
    List<Path> segments;
    try (Stream<Path> files = Files.list(folder)) {
      segments = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    List<Batch> batches = new ArrayList<>();
    for (Path segment : segments) {
      readSegment(segment, end, batches);
    }
    return batches;
  }

  private static void readSegment(Path segment, long end, List<Batch> batches) throws IOException {
    try (FileChannel file = FileChannel.open(segment)) {
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
      long position = 0;
      while (position < file.size()) {
        readAt(file, position, header.clear());
        long baseOffset = header.getLong(0);
        int length = header.getInt(Long.BYTES);
        if (baseOffset >= end) {
          return;
        }
        if (length < LEAST_BATCH_BYTES || length > MOST_BATCH_BYTES) {
          throw new IOException(segment + ": a batch of " + length + " bytes at " + position);
        }
        ByteBuffer whole = ByteBuffer.allocate(HEADER_BYTES + length);
        readAt(file, position, whole);
        CRC32C checksum = new CRC32C();
        checksum.update(whole.flip());
        batches.add(
            new Batch(
                baseOffset, whole.limit(), checksum.getValue(), whole.getShort(PRODUCER_EPOCH)));
        position += whole.limit();
      }
    }
  }

  private static void readAt(FileChannel file, long position, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (file.read(into, position + into.position()) < 0) {
        throw new EOFException("the file ends within a batch at " + position);
      }
    }
  }

  /** In which epoch of its producer each record was written; -1 where that is not known. */
  public static LongToIntFunction producerEpochs(List<Batch> batches) {
    NavigableMap<Long, Integer> epochs = new TreeMap<>();
    batches.forEach(batch -> epochs.put(batch.baseOffset, batch.producerEpoch));
    return offset -> {
      Map.Entry<Long, Integer> batch = epochs.floorEntry(offset);
      return batch == null ? -1 : batch.getValue();
    };
  }

  /**
   * Compares the replicas of one partition.
   *
   * @param name of the partition, for people
   * @param replicas batches by node
   */
  public static void compare(String name, Map<Integer, List<Batch>> replicas, Findings findings) {
    Map.Entry<Integer, List<Batch>> first = replicas.entrySet().iterator().next();
    for (Map.Entry<Integer, List<Batch>> other : replicas.entrySet()) {
      int same = 0;
      int shorter = Math.min(first.getValue().size(), other.getValue().size());
      while (same < shorter && first.getValue().get(same).equals(other.getValue().get(same))) {
        same++;
      }
      if (same < Math.max(first.getValue().size(), other.getValue().size())) {
        findings.add(
            AnomalyKind.REPLICAS_DIFFER,
            String.format(
                "%s: batch %d is %s at node %d and %s at node %d",
                name,
                same,
                batch(first.getValue(), same),
                first.getKey(),
                batch(other.getValue(), same),
                other.getKey()));
      }
    }
  }

  private static String batch(List<Batch> batches, int index) {
    return index < batches.size() ? batches.get(index).toString() : "missing";
  }
}
