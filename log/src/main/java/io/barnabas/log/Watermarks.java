package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The high watermarks of a directory's logs in Kafka's file, so that what was readable before a
 * start is so after it. The file may be behind, never ahead of what the log has. Thread-safe.
 */
final class Watermarks {
  private static final Logger LOG = LoggerFactory.getLogger(Watermarks.class);
  private static final String FILE = "replication-offset-checkpoint";

  private final Disk disk;
  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final Map<TopicPartition, Long> known = new HashMap<>();
  private Map<TopicPartition, Long> written = Map.of();

  /** As the directory says; nothing is known if its file cannot be understood. */
  Watermarks(Disk disk, Path directory) throws IOException {
    this.disk = disk;
    file = directory.resolve(FILE);
    try {
      known.putAll(Checkpoints.readOffsets(disk, file));
      written = Map.copyOf(known);
    } catch (MalformedFileException e) {
      LOG.warn("The checkpoint is not used, and written anew: {}", e.getMessage());
    }
  }

  /** As far as it is known of a log with these bounds. */
  long recover(TopicPartition partition, long start, long end) {
    lock.lock();
    try {
      long kept = known.getOrDefault(partition, start);
      long recovered = Math.clamp(kept, start, end);
      known.computeIfPresent(partition, (p, was) -> Math.min(was, end));
      return recovered;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what has changed, if anything has. */
  void write(Collection<PartitionLog> logs) throws IOException {
    lock.lock();
    try {
      logs.forEach(
          log ->
              log.highWatermark()
                  .ifPresent(watermark -> known.put(log.id().topicPartition(), watermark)));
      write();
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

  /** A log ends there now, and was longer. */
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

  /** What is known is of another log, which had that name. */
  void forget(TopicPartition partition) {
    lock.lock();
    try {
      known.remove(partition);
    } finally {
      lock.unlock();
    }
  }

  /** Before there is another log of the name of a forgotten one. */
  void writeForgotten(TopicPartition partition) throws IOException {
    lock.lock();
    try {
      if (written.containsKey(partition)) {
        write();
      }
    } finally {
      lock.unlock();
    }
  }
}
