package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicPartition;

/** What a record of {@code __consumer_offsets} is about, in Kafka's format. */
sealed interface RecordKey {
  /** The first one's older version differs in nothing. */
  int OLD_OFFSET_TYPE = 0;

  int OFFSET_TYPE = 1;
  int GROUP_TYPE = 2;

  /** A committed offset. */
  record OfOffset(String group, TopicPartition partition) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter()
          .int16(OFFSET_TYPE)
          .string(group)
          .string(partition.topic())
          .int32(partition.partition())
          .written();
    }
  }

  /** A group of the classic protocol. */
  record OfGroup(String group) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter().int16(GROUP_TYPE).string(group).written();
    }
  }

  /** Something that this release does not know. */
  record Unknown(int type, Bytes all) implements RecordKey {
    @Override
    public Bytes encode() {
      return all;
    }
  }

  /** The key's bytes. */
  Bytes encode();

  /** The key that has these bytes. */
  static RecordKey decode(Bytes key) {
    ByteBuffer bytes = ByteBuffer.wrap(key.array());
    int type = bytes.getShort();
    FieldReader in = new FieldReader(bytes, 0, Integer.MAX_VALUE);
    return switch (type) {
      case OLD_OFFSET_TYPE, OFFSET_TYPE -> {
        String group = in.string();
        yield new OfOffset(group, new TopicPartition(in.string(), in.int32()));
      }
      case GROUP_TYPE -> new OfGroup(in.string());
      default -> new Unknown(type, key);
    };
  }
}
