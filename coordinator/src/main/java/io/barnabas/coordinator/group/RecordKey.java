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
  int CONSUMERS_TYPE = 3;
  int MEMBER_TYPE = 5;
  int TARGET_EPOCH_TYPE = 6;
  int TARGET_TYPE = 7;
  int CURRENT_TYPE = 8;
  int REGEX_TYPE = 16;

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

  /** A group of the consumer protocol. */
  record OfConsumers(String group) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter().int16(CONSUMERS_TYPE).string(group).written();
    }
  }

  /** A member of such a group. */
  record OfMember(String group, String member) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter().int16(MEMBER_TYPE).string(group).string(member).written();
    }
  }

  /** For which epoch such a group has targets. */
  record OfTargetEpoch(String group) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter().int16(TARGET_EPOCH_TYPE).string(group).written();
    }
  }

  /** What such a member is to have. */
  record OfTarget(String group, String member) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter().int16(TARGET_TYPE).string(group).string(member).written();
    }
  }

  /** Where such a member has got to. */
  record OfCurrent(String group, String member) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter().int16(CURRENT_TYPE).string(group).string(member).written();
    }
  }

  /** What a regular expression of such a group's members matches. */
  record OfRegex(String group, String regex) implements RecordKey {
    @Override
    public Bytes encode() {
      return new FieldWriter().int16(REGEX_TYPE).string(group).string(regex).written();
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
      case CONSUMERS_TYPE -> new OfConsumers(in.string());
      case MEMBER_TYPE -> new OfMember(in.string(), in.string());
      case TARGET_EPOCH_TYPE -> new OfTargetEpoch(in.string());
      case TARGET_TYPE -> new OfTarget(in.string(), in.string());
      case CURRENT_TYPE -> new OfCurrent(in.string(), in.string());
      case REGEX_TYPE -> new OfRegex(in.string(), in.string());
      default -> new Unknown(type, key);
    };
  }
}
