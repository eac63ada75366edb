package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to where each log of a directory is compacted, in Kafka's file. What is lost of it is
 * compacted again; it must only never say too much. Thread-safe.
 */
final class CleanerCheckpoint {
  private static final Logger LOG = LoggerFactory.getLogger(CleanerCheckpoint.class);
  private static final String FILE = "cleaner-offset-checkpoint";

  private final Disk disk;
  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final Map<TopicPartition, Long> known = new HashMap<>();
  private Map<TopicPartition, Long> written = Map.of();

  /** As the directory says; nothing is known if its file cannot be understood. */
  CleanerCheckpoint(Disk disk, Path directory) throws IOException {
    this.disk = disk;
    file = directory.resolve(FILE);
    try {
      known.putAll(Checkpoints.readOffsets(disk, file));
      written = Map.copyOf(known);
    } catch (MalformedFileException e) {
      LOG.warn("All compacted logs are compacted from their starts: {}", e.getMessage());
    }
  }

  /** The first offset that is not compacted; nothing if none ever was. */
  OptionalLong firstDirty(TopicPartition partition) {
    lock.lock();
    try {
      Long offset = known.get(partition);
      return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A log is compacted below an offset.
   *
   * @throws NotWrittenException if the disk is full: the file says less then
   */
  void set(TopicPartition partition, long offset) throws IOException {
    lock.lock();
    try {
      known.put(partition, offset);
      write();
    } finally {
      lock.unlock();
    }
  }

  /**
   * A log ends there, and may have been longer: what is written there next is not compacted.
   *
   * @throws NotWrittenException if the disk is full: the file says too much then
   */
  void cut(TopicPartition partition, long end) throws IOException {
    lock.lock();
    try {
      if (Math.max(known.getOrDefault(partition, 0L), written.getOrDefault(partition, 0L)) > end) {
        known.put(partition, end);
        write();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What is known is of a log that is gone. */
  void forget(TopicPartition partition) {
    lock.lock();
    try {
      known.remove(partition);
    } finally {
      lock.unlock();
    }
  }

  private void write() throws IOException {
    if (!known.equals(written)) {
      Map<TopicPartition, Long> now = Map.copyOf(known);
      Checkpoints.writeOffsets(disk, file, now);
      written = now;
    }
  }
}
