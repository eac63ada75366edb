package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far each log of a directory needs no recovery, and where it starts, in Kafka's two files.
 * Thread-safe.
 */
final class OffsetCheckpoints {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetCheckpoints.class);
  private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
  private static final String LOG_STARTS = "log-start-offset-checkpoint";

  /** Of one log. */
  record Bounds(long start, long recoveryPoint) {}

  private final Disk disk;
  private final Path directory;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final Map<TopicPartition, Long> recoveryPoints;
  private final Map<TopicPartition, Long> starts;

  /** Whether the files may say other things. */
  private boolean outdated;

  /** As the directory says. */
  OffsetCheckpoints(Disk disk, Path directory, Folders folders) throws IOException {
    this.disk = disk;
    this.directory = directory;
    Optional<Map<TopicPartition, Long>> points = read(RECOVERY_POINTS);
    recoveryPoints = points.orElseGet(HashMap::new);
    if (points.isEmpty()) {
      assumeRecoveryPoints(folders.stored());
    }
    starts = read(LOG_STARTS).orElseGet(HashMap::new);
  }

  private Optional<Map<TopicPartition, Long>> read(String name) throws IOException {
    try {
      return Optional.of(Checkpoints.readOffsets(disk, directory.resolve(name)));
    } catch (MalformedFileException e) {
      LOG.warn("The checkpoint is not used, and written anew: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Where the recovery points are lost, damage must not pass for a torn tail: only the last segment
   * of each log is taken to be one that a crash can have torn.
   */
  private void assumeRecoveryPoints(List<StoredPartition> all) throws IOException {
    for (StoredPartition stored : all) {
      long last = 0;
      for (Path name : disk.list(stored.folder())) {
        if (name.toString().matches("\\d{20}\\.log")) {
          last = Math.max(last, Long.parseLong(name.toString(), 0, 20, 10));
        }
      }
      recoveryPoints.put(stored.id().topicPartition(), last);
    }
  }

  /** As they are known; 0 if they are not. */
  Bounds of(TopicPartition partition) {
    lock.lock();
    try {
      return new Bounds(
          starts.getOrDefault(partition, 0L), recoveryPoints.getOrDefault(partition, 0L));
    } finally {
      lock.unlock();
    }
  }

  /** The log is gone; whether the files on disk speak of logs that are gone. */
  boolean forget(TopicPartition partition) {
    lock.lock();
    try {
      outdated |= recoveryPoints.remove(partition) != null;
      outdated |= starts.remove(partition) != null;
      return outdated;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes them as they are now.
   *
   * @param logs those that are open
   * @throws NotWrittenException if the disk is full; the first of the files may have been written
   */
  void write(Iterable<PartitionLog> logs) throws IOException {
    lock.lock();
    try {
      for (PartitionLog log : logs) {
        recoveryPoints.put(log.id().topicPartition(), log.recoveryPoint());
        starts.put(log.id().topicPartition(), log.view().logStartOffset());
      }
      outdated = true;
      Checkpoints.writeOffsets(disk, directory.resolve(RECOVERY_POINTS), recoveryPoints);
      Checkpoints.writeOffsets(disk, directory.resolve(LOG_STARTS), starts);
      outdated = false;
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #write}, unless the starts of some logs are on disk already. */
  void writeStarts(List<PartitionLog> raised, Iterable<PartitionLog> logs) throws IOException {
    lock.lock();
    try {
      if (outdated || raised.stream().anyMatch(this::isRaised)) {
        write(logs);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isRaised(PartitionLog log) {
    return starts.getOrDefault(log.id().topicPartition(), 0L) != log.view().logStartOffset();
  }
}
