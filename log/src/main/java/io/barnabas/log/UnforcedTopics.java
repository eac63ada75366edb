package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which topics have, or had since the directory was last closed in good order, logs in it that are
 * not forced before each acknowledgement, so that a crash may lose what was acknowledged. A file
 * says so before the first such acknowledgement. Thread-safe.
 */
final class UnforcedTopics {
  /** Above, no more are told apart: all topics count. */
  static final int MOST = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(UnforcedTopics.class);
  private static final String FILE = "unforced-topics";
  private static final String ALL = "*";

  private final Disk disk;
  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private Set<Uuid> topics = new HashSet<>();
  private boolean all;

  /** As the directory says. */
  UnforcedTopics(Disk disk, Path directory) throws IOException {
    this.disk = disk;
    file = directory.resolve(FILE);
    if (disk.exists(file)) {
      try {
        for (String[] entry : Checkpoints.readEntries(disk, file, 1)) {
          take(entry[0]);
        }
      } catch (MalformedFileException | IllegalArgumentException e) {
        LOG.warn("After a crash every topic may lack records here: {}", e.getMessage());
        all = true;
      }
    }
  }

  private void take(String entry) {
    if (entry.equals(ALL)) {
      all = true;
    } else {
      topics.add(Uuid.fromString(entry));
    }
  }

  /** Empty if it can be any topic. */
  Optional<Set<Uuid>> known() {
    lock.lock();
    try {
      return all ? Optional.empty() : Optional.of(Set.copyOf(topics));
    } finally {
      lock.unlock();
    }
  }

  /** Whether it can be this one. */
  boolean mayLack(Uuid topic) {
    lock.lock();
    try {
      return all || topics.contains(topic);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Before a log with these settings acknowledges anything. On a platform thread.
   *
   * @throws NotWrittenException if the disk is full
   */
  void note(Uuid topic, LogConfig config) throws IOException {
    if (config.flushMessages() == 1) {
      return;
    }
    lock.lock();
    try {
      if (all || topics.contains(topic)) {
        return;
      }
      Set<Uuid> more = new HashSet<>(topics);
      more.add(topic);
      boolean any = more.size() > MOST;
      write(more, any);
      topics = more;
      all = any;
    } finally {
      lock.unlock();
    }
  }

  /**
   * While nothing acknowledged is unforced but of these topics.
   *
   * @throws NotWrittenException if the disk is full: the file names more, as before
   */
  void retain(Set<Uuid> unforced) throws IOException {
    lock.lock();
    try {
      Set<Uuid> fewer = new HashSet<>(unforced);
      if (!all) {
        fewer.retainAll(topics);
      }
      boolean any = fewer.size() > MOST;
      if (any != all || fewer.size() < topics.size()) {
        write(fewer, any);
        topics = fewer;
        all = any;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The topic has no logs here any more. */
  void forget(Uuid topic) throws IOException {
    lock.lock();
    try {
      if (!all && topics.contains(topic)) {
        Set<Uuid> fewer = new HashSet<>(topics);
        fewer.remove(topic);
        retain(fewer);
      }
    } catch (NotWrittenException e) {
      LOG.info("After a crash more topics than need be may lack records: {}", e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  private void write(Set<Uuid> some, boolean any) throws IOException {
    StringBuilder text = new StringBuilder("0\n").append(any ? 1 : some.size()).append('\n');
    if (any) {
      text.append(ALL).append('\n');
    } else {
      new TreeSet<>(some).forEach(topic -> text.append(topic).append('\n'));
    }
    Checkpoints.replace(disk, file, text.toString());
  }
}
