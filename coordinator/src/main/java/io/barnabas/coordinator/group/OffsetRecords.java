package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.CoordinatorRecord;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Committed offsets as records, in Kafka's format OffsetCommitValue.
 *
 * <p>Versions 0 to 4 are read. Written are 4, and 1 for an offset with a time of its own to be
 * forgotten, as only that has one; Kafka 4.4 does the same.
 */
final class OffsetRecords {
  private static final int WITH_EXPIRY = 1;
  private static final int FIRST_WITH_EPOCH = 3;
  private static final int NEWEST = 4;
  private static final int TOPIC_ID_TAG = 0;
  private static final int UUID_BYTES = 16;
  private static final int NO_EPOCH = -1;
  private static final long NEVER = -1;

  private OffsetRecords() {}

  /** The record of an offset. */
  static CoordinatorRecord of(String group, TopicPartition partition, CommittedOffset offset) {
    FieldWriter value = new FieldWriter();
    if (offset.expiresMs().isPresent()) {
      value
          .int16(WITH_EXPIRY)
          .int64(offset.offset())
          .string(offset.metadata())
          .int64(offset.committedMs())
          .int64(offset.expiresMs().getAsLong());
    } else {
      value
          .int16(NEWEST)
          .int64(offset.offset())
          .int32(offset.leaderEpoch())
          .compactString(offset.metadata())
          .int64(offset.committedMs());
      if (offset.topicId().equals(Uuid.ZERO_UUID)) {
        value.varint(0);
      } else {
        value
            .varint(1)
            .varint(TOPIC_ID_TAG)
            .varint(UUID_BYTES)
            .int64(offset.topicId().getMostSignificantBits())
            .int64(offset.topicId().getLeastSignificantBits());
      }
    }
    return new CoordinatorRecord(
        new RecordKey.OfOffset(group, partition).encode(), Optional.of(value.written()));
  }

  /** The record that there is none any more. */
  static CoordinatorRecord gone(String group, TopicPartition partition) {
    return new CoordinatorRecord(
        new RecordKey.OfOffset(group, partition).encode(), Optional.empty());
  }

  /** Reads a record's value. */
  static CommittedOffset decode(Bytes value) {
    ByteBuffer bytes = ByteBuffer.wrap(value.array());
    int version = bytes.getShort();
    if (version < 0 || version > NEWEST) {
      throw new IllegalArgumentException("OffsetCommitValue has no version " + version);
    }
    FieldReader in = new FieldReader(bytes, version, NEWEST);
    long offset = in.int64();
    int leaderEpoch = version >= FIRST_WITH_EPOCH ? in.int32() : NO_EPOCH;
    String metadata = in.string();
    long committedMs = in.int64();
    long expiresMs = version == WITH_EXPIRY ? in.int64() : NEVER;
    Uuid[] topicId = {Uuid.ZERO_UUID};
    in.tagged(
        (tag, field) -> {
          if (tag == TOPIC_ID_TAG && field.remaining() == UUID_BYTES) {
            topicId[0] = new Uuid(field.getLong(), field.getLong());
          }
        });
    return new CommittedOffset(
        offset,
        leaderEpoch,
        metadata,
        committedMs,
        expiresMs == NEVER ? OptionalLong.empty() : OptionalLong.of(expiresMs),
        topicId[0]);
  }
}
