package io.barnabas.log;

import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of a directory, one after the other and the dirtiest first, on one platform
 * thread of its own: it may be long at one of them, and deleting must not wait for that.
 */
final class Cleaner {
  private static final Logger LOG = LoggerFactory.getLogger(Cleaner.class);

  /** Who asks for more means never, and a sum with it would be a time long past. */
  private static final long LONGEST_PAUSE_MS = TimeUnit.DAYS.toMillis(365);

  /** Of a log, what can be compacted of it. */
  private record Candidate(PartitionLog log, Cleanable cleanable) {}

  private final World world;
  private final LogDirectory directory;
  private final Iterable<PartitionLog> logs;
  private final CleanerOptions options;
  private final CleanerPace pace;
  private final WorldThread thread;

  // The thread's.
  private final Set<PartitionLog> aside = new HashSet<>();

  /** Those that were tried since the last pause, so that none is tried again and again. */
  private final Set<PartitionLog> tried = new HashSet<>();

  Cleaner(World world, LogDirectory directory, Iterable<PartitionLog> logs) {
    this.world = world;
    this.directory = directory;
    this.logs = logs;
    options = directory.options().cleaner();
    pace = new CleanerPace(world, options.ioMaxBytesPerSecond());
    thread = world.threads().startPlatform("barnabas-log-cleaner", this::run);
  }

  private void run() {
    long pauseNanos =
        TimeUnit.MILLISECONDS.toNanos(Math.min(options.backoffMs(), LONGEST_PAUSE_MS));
    while (pace.await(world.clock().nanoTime() + pauseNanos)) {
      tried.clear();
      Optional<Candidate> next = dirtiest();
      while (next.isPresent()) {
        tried.add(next.get().log);
        clean(next.get().log);
        next = dirtiest();
      }
      aside.removeIf(log -> !log.isUsable());
    }
  }

  /** The dirtiest log that is worth it; nothing when it is to stop. */
  private Optional<Candidate> dirtiest() {
    Optional<Candidate> found = Optional.empty();
    if (!pace.isRunning()) {
      return found;
    }
    for (PartitionLog log : logs) {
      Optional<Candidate> candidate = candidate(log);
      if (candidate.isPresent()
          && (found.isEmpty() || BY_DIRT.compare(candidate.get(), found.get()) > 0)) {
        found = candidate;
      }
    }
    return found;
  }

  private static final Comparator<Candidate> BY_DIRT =
      Comparator.comparingDouble(candidate -> candidate.cleanable.dirtyRatio());

  private Optional<Candidate> candidate(PartitionLog log) {
    if (!log.config().compacted()
        || !log.isUsable()
        || aside.contains(log)
        || tried.contains(log)) {
      return Optional.empty();
    }
    try {
      Cleanable cleanable = log.compaction().cleanable();
      return cleanable.isDue(log.config())
          ? Optional.of(new Candidate(log, cleanable))
          : Optional.empty();
    } catch (IOException e) {
      failed(log, e);
      return Optional.empty();
    } catch (RuntimeException e) {
      setAside(log, e);
      return Optional.empty();
    }
  }

  private void clean(PartitionLog log) {
    try {
      if (log.compact(options, pace)) {
        // There may be more, if not all keys had room.
        tried.remove(log);
      }
    } catch (CleaningAbortedException e) {
      LOG.debug("{} is not compacted now: {}", log.id(), e.getMessage());
    } catch (NotWrittenException e) {
      LOG.warn("{} is compacted later: {}", log.id(), e.getMessage());
    } catch (UncleanableException e) {
      setAside(log, e);
    } catch (DamagedLogException e) {
      LOG.error("{} is not compacted, as it is damaged: {}", log.id(), e.getMessage());
    } catch (KafkaStorageException e) {
      LOG.warn("{} is not compacted: {}", log.id(), e.getMessage());
    } catch (IOException e) {
      failed(log, e);
    } catch (RuntimeException e) {
      // What one log's records are able to provoke, every replica of it would fall to.
      setAside(log, e);
    }
  }

  private void setAside(PartitionLog log, Exception reason) {
    LOG.error("{} is not compacted until it is opened anew", log.id(), reason);
    aside.add(log);
  }

  /** What was closed meanwhile may be gone, too. */
  private void failed(PartitionLog log, IOException e) {
    if (log.isUsable()) {
      directory.fail(e);
    }
  }

  /** Lets go of what it is at, and waits for that. */
  void stop() {
    pace.stop();
    thread.join();
  }
}
