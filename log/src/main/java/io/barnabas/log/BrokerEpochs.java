package io.barnabas.log;

import static java.util.stream.Collectors.joining;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a directory remembers of its broker's registrations: the last one with which it was used,
 * and in Kafka's file, which is there only after a stop in good order, the one that it was left
 * with. A copy of a directory from before the newest registration shows by them that it is one; one
 * that was made since does not. As the cluster may take a registration in of which the broker never
 * hears, because it dies, those that were begun are remembered, too.
 */
final class BrokerEpochs {
  static final long NONE = -1;

  private static final Logger LOG = LoggerFactory.getLogger(BrokerEpochs.class);
  private static final String LEFT = ".kafka_cleanshutdown";
  private static final String USED = "broker.epoch";
  private static final Pattern EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(-?\\d{1,18})\\b");
  private static final Pattern BEGUN = Pattern.compile("\"begun:([A-Za-z0-9_-]{22})\"");

  /** Of a broker that dies again and again, the newest. */
  private static final int MOST_BEGUN = 64;

  private final Disk disk;
  private final Path directory;
  private final OptionalLong left;
  private volatile long used;
  private volatile List<Uuid> begun;

  /** What it is left with if it is left now. */
  private volatile long leaving;

  /** As the directory says. Without the mark of a stop in good order from now on. */
  BrokerEpochs(Disk disk, Path directory) throws IOException {
    this.disk = disk;
    this.directory = directory;
    left = read(LEFT);
    leaving = left();
    used = read(USED).orElse(NONE);
    begun = readBegun();
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

  private List<Uuid> readBegun() throws IOException {
    Path file = directory.resolve(USED);
    return disk.exists(file)
        ? BEGUN
            .matcher(String.join("\n", Checkpoints.readLines(disk, file)))
            .results()
            .map(found -> Uuid.fromString(found.group(1)))
            .toList()
        : List.of();
  }

  private void write(String name, long epoch, List<Uuid> incarnations) throws IOException {
    String names =
        incarnations.stream().map(id -> "\"begun:%s\"".formatted(id)).collect(joining(","));
    String others = names.isEmpty() ? "" : ",\"registrations\":[" + names + "]";
    Checkpoints.replace(
        disk,
        directory.resolve(name),
        "{\"version\":0,\"brokerEpoch\":%d%s}".formatted(epoch, others));
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

  /** The broker's starts of whose registrations it is not known what became, since the last use. */
  Set<Uuid> begun() {
    return Set.copyOf(begun);
  }

  /** A registration of this start of the broker begins, even if the power is lost soon after. */
  void begin(Uuid incarnation) throws IOException {
    if (!begun.contains(incarnation)) {
      List<Uuid> more = new ArrayList<>(begun);
      more.add(incarnation);
      List<Uuid> newest = more.subList(Math.max(0, more.size() - MOST_BEGUN), more.size());
      write(USED, used, newest);
      begun = List.copyOf(newest);
    }
  }

  /** It is used with a registration, even if the power is lost as soon as this returns. */
  void use(long epoch) throws IOException {
    if (epoch != used || !begun.isEmpty()) {
      write(USED, epoch, List.of());
      used = epoch;
      begun = List.of();
    }
    leaving = epoch;
  }

  /**
   * It is left in good order: by whoever used it since it was taken, else as it was found, which
   * may be after a crash.
   */
  void leave() throws IOException {
    write(LEFT, leaving, List.of());
  }
}
