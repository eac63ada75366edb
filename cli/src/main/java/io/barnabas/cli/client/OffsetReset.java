package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** How the offsets of a group are set. */
sealed interface OffsetReset {
  /** To a place in each partition. */
  record To(From where) implements OffsetReset {}

  /** So many offsets away from what is committed. */
  record By(long offsets) implements OffsetReset {}

  /**
   * What is known of a partition.
   *
   * @param committed what the group has committed
   * @param start its first offset
   * @param end behind its last record
   * @param atTime the first offset at or after {@link #time}; -1 if all records are older
   */
  record Known(OptionalLong committed, long start, long end, OptionalLong atTime) {}

  /**
   * The time whose offsets must be known, in milliseconds since 1970.
   *
   * @param nowMs the time that durations end at
   */
  default OptionalLong time(long nowMs) {
    return this instanceof To(From where) ? where.time(nowMs) : OptionalLong.empty();
  }

  /**
   * What is set for a partition, an offset from its first to behind its last record.
   *
   * @throws CliException if nothing is committed that could be moved
   */
  default long offset(TopicPartition id, Known known) {
    long wanted =
        switch (this) {
          case By(long offsets) ->
              committed(id, known) + Math.clamp(offsets, -Long.MAX_VALUE / 2, Long.MAX_VALUE / 2);
          case To(From.Beginning()) -> known.start();
          case To(From.End()) -> known.end();
          case To(From.Offset(long offset)) -> offset;
          case To(From.BeforeEnd(long records)) -> known.end() - records;
          case To(From.Time where) -> atTime(known);
          case To(From.Since where) -> atTime(known);
        };
    return Math.clamp(wanted, known.start(), known.end());
  }

  private static long committed(TopicPartition id, Known known) {
    return known
        .committed()
        .orElseThrow(
            () -> new CliException("Nothing is committed for %s to be moved.".formatted(id)));
  }

  private static long atTime(Known known) {
    long offset = known.atTime().orElseThrow();
    return offset < 0 ? known.end() : offset;
  }
}
