package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a directory remembers of its broker's registrations: the last one with which it was used,
 * and in Kafka's file, which is there only after a stop in good order, the one that it was left
 * with. A copy of a directory from before the newest registration shows by them that it is one; one
 * that was made since does not.
 */
final class BrokerEpochs {
  static final long NONE = -1;

  private static final Logger LOG = LoggerFactory.getLogger(BrokerEpochs.class);
  private static final String LEFT = ".kafka_cleanshutdown";
  private static final String USED = "broker.epoch";
  private static final Pattern EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(-?\\d{1,18})\\b");

  private final Disk disk;
  private final Path directory;
  private final OptionalLong left;
  private volatile long used;

  /** What it is left with if it is left now. */
  private volatile long leaving;

  /** As the directory says. Without the mark of a stop in good order from now on. */
  BrokerEpochs(Disk disk, Path directory) throws IOException {
    this.disk = disk;
    this.directory = directory;
    left = read(LEFT);
    leaving = left();
    used = read(USED).orElse(NONE);
    if (left.isPresent()) {
      disk.delete(directory.resolve(LEFT));
      disk.forceDirectory(directory);
    }
  }

  /** Nothing if there is no such file; {@link #NONE} if it does not say. */
  private OptionalLong read(String name) throws IOException {
    Path file = directory.resolve(name);
    if (!disk.exists(file)) {
      return OptionalLong.empty();
    }
    Matcher matcher = EPOCH.matcher(String.join("\n", Checkpoints.readLines(disk, file)));
    if (!matcher.find()) {
      LOG.warn("{} names no epoch of a broker", file);
      return OptionalLong.of(NONE);
    }
    return OptionalLong.of(Long.parseLong(matcher.group(1)));
  }

  private void write(String name, long epoch) throws IOException {
    Checkpoints.replace(
        disk, directory.resolve(name), "{\"version\":0,\"brokerEpoch\":%d}".formatted(epoch));
  }

  /** Whether it was left in good order. */
  boolean isLeft() {
    return left.isPresent();
  }

  /** With which registration it was left in good order; {@link #NONE} if it was not. */
  long left() {
    return left.orElse(NONE);
  }

  /** With which registration it was used last, {@link #NONE} if with none. */
  long used() {
    return used;
  }

  /** It is used with a registration, even if the power is lost as soon as this returns. */
  void use(long epoch) throws IOException {
    if (epoch != used) {
      write(USED, epoch);
      used = epoch;
    }
    leaving = epoch;
  }

  /**
   * It is left in good order: by whoever used it since it was taken, else as it was found, which
   * may be after a crash.
   */
  void leave() throws IOException {
    write(LEFT, leaving);
  }
}
