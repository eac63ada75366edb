package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a producer's records came to. Told by the producer's thread, asked by another. */
final class Acknowledgements {
  private record Range(long first, long last) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Integer, Range> ranges = new TreeMap<>();
  private volatile @Nullable String failure;

  /** A record was written; the offset is -1 if nobody was asked to say so. */
  void acknowledged(int partition, long offset) {
    lock.lock();
    try {
      ranges.merge(
          partition,
          new Range(offset, offset),
          (a, b) -> new Range(Math.min(a.first(), b.first()), Math.max(a.last(), b.last())));
    } finally {
      lock.unlock();
    }
  }

  /** A record was not written; the first one that was not is what counts. */
  void failed(long lineNumber, Exception reason) {
    lock.lock();
    try {
      if (failure == null) {
        failure = ProduceCommand.refused(lineNumber, reason);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses to go on after a failure.
   *
   * @throws CliException if a record was not written
   */
  void check() {
    String sentence = failure;
    if (sentence != null) {
      throw new CliException(sentence);
    }
  }

  /** Where the records are, as JSON wants it. */
  List<Map<String, Object>> json() {
    List<Map<String, Object>> json = new ArrayList<>();
    ranges.forEach(
        (partition, range) -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("partition", partition);
          entry.put("firstOffset", range.first());
          entry.put("lastOffset", range.last());
          json.add(entry);
        });
    return json;
  }

  /** Where the records are, if that is short to say. */
  @Override
  public String toString() {
    if (ranges.size() != 1) {
      return ranges.isEmpty() ? "" : ", %d partitions".formatted(ranges.size());
    }
    int partition = ranges.keySet().iterator().next();
    Range range = ranges.values().iterator().next();
    return range.last() < 0
        ? ", partition " + partition
        : ", partition %d, offsets %d to %d".formatted(partition, range.first(), range.last());
  }
}
