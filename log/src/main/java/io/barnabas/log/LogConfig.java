package io.barnabas.log;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;

/**
 * A topic's settings as far as its logs need them, under Kafka's names with dots for capitals.
 * Times in milliseconds, sizes in bytes, -1 meaning no limit where Kafka has it so.
 */
public record LogConfig(
    int segmentBytes,
    long segmentMs,
    long segmentJitterMs,
    int indexIntervalBytes,
    int segmentIndexBytes,
    long retentionMs,
    long retentionBytes,
    Set<String> cleanupPolicy,
    long flushMessages,
    long flushMs,
    int maxMessageBytes,
    boolean logAppendTime,
    long timestampBeforeMaxMs,
    long timestampAfterMaxMs,
    String compressionType,
    long fileDeleteDelayMs,
    int maxDecompressedMessageBytes,
    long deleteRetentionMs,
    double minCleanableDirtyRatio,
    long minCompactionLagMs,
    long maxCompactionLagMs) {

  /** Copies the collections. */
  public LogConfig {
    cleanupPolicy = Set.copyOf(cleanupPolicy);
  }

  /**
   * From topic-level settings; what is absent has its default.
   *
   * @throws ConfigException if a value is not a number where it must be
   */
  public static LogConfig of(Map<String, String> settings) {
    Settings s = new Settings(settings);
    return new LogConfig(
        s.intOf("segment.bytes", 1 << 30),
        s.longOf("segment.ms", 604_800_000),
        s.longOf("segment.jitter.ms", 0),
        s.intOf("index.interval.bytes", 4096),
        s.intOf("segment.index.bytes", 10 << 20),
        s.longOf("retention.ms", 604_800_000),
        s.longOf("retention.bytes", -1),
        Set.copyOf(List.of(s.textOf("cleanup.policy", "delete").split("\\s*,\\s*", 0))),
        s.longOf("flush.messages", 1),
        s.longOf("flush.ms", Long.MAX_VALUE),
        s.intOf("max.message.bytes", 1_048_588),
        s.textOf("message.timestamp.type", "CreateTime").equals("LogAppendTime"),
        s.longOf("message.timestamp.before.max.ms", Long.MAX_VALUE),
        s.longOf("message.timestamp.after.max.ms", 3_600_000),
        s.textOf("compression.type", "producer"),
        s.longOf("file.delete.delay.ms", 60_000),
        s.intOf("max.decompressed.message.bytes", 100 << 20),
        s.longOf("delete.retention.ms", 86_400_000),
        Double.parseDouble(s.textOf("min.cleanable.dirty.ratio", "0.5")),
        s.longOf("min.compaction.lag.ms", 0),
        s.longOf("max.compaction.lag.ms", Long.MAX_VALUE));
  }

  /** Whether old records go once newer ones have the same key. */
  public boolean compacted() {
    return cleanupPolicy.contains("compact");
  }

  /** What is in the segment that is written is not compacted, so that may not be for long. */
  long maxSegmentMs() {
    return compacted() && maxCompactionLagMs > 0
        ? Math.min(maxCompactionLagMs, segmentMs)
        : segmentMs;
  }

  /** Whether an acknowledgement waits for the disk. */
  public boolean flushes() {
    return flushMessages != Long.MAX_VALUE;
  }

  /** How batches are to be compressed, or null to leave them as their producers made them. */
  @Nullable CompressionType recompression() {
    return switch (compressionType) {
      case "producer" -> null;
      case "uncompressed" -> CompressionType.NONE;
      default -> CompressionType.forName(compressionType);
    };
  }

  private record Settings(Map<String, String> values) {
    String textOf(String name, String otherwise) {
      return values.getOrDefault(name, otherwise).trim();
    }

    long longOf(String name, long otherwise) {
      String value = textOf(name, Long.toString(otherwise));
      try {
        return Long.parseLong(value);
      } catch (NumberFormatException e) {
        throw new ConfigException(name, value, "not a whole number");
      }
    }

    int intOf(String name, int otherwise) {
      String value = textOf(name, Integer.toString(otherwise));
      try {
        return Integer.parseInt(value);
      } catch (NumberFormatException e) {
        throw new ConfigException(name, value, "not a whole number");
      }
    }
  }
}
