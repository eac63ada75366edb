package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;

/** The header of a record batch of version 2, read and written in place. */
final class BatchFormat {
  static final int LENGTH = 8;
  static final int LEADER_EPOCH = 12;
  static final int MAGIC = 16;
  static final int CRC = 17;
  static final int ATTRIBUTES = 21;
  static final int LAST_OFFSET_DELTA = 23;
  static final int BASE_TIMESTAMP = 27;
  static final int MAX_TIMESTAMP = 35;
  static final int PRODUCER_ID = 43;
  static final int PRODUCER_EPOCH = 51;
  static final int BASE_SEQUENCE = 53;
  static final int COUNT = 57;
  static final int HEADER_BYTES = 61;

  /** The bytes before those that the length counts. */
  static final int LOG_OVERHEAD = 12;

  static final int COMPRESSION_MASK = 0x07;
  static final int LOG_APPEND_TIME = 0x08;
  static final int TRANSACTIONAL = 0x10;
  static final int CONTROL = 0x20;

  private BatchFormat() {}

  static int size(ByteBuffer buffer, int at) {
    return buffer.getInt(at + LENGTH) + LOG_OVERHEAD;
  }

  static long baseOffset(ByteBuffer buffer, int at) {
    return buffer.getLong(at);
  }

  static long lastOffset(ByteBuffer buffer, int at) {
    return buffer.getLong(at) + buffer.getInt(at + LAST_OFFSET_DELTA);
  }

  static int lastSequence(ByteBuffer buffer, int at) {
    int first = buffer.getInt(at + BASE_SEQUENCE);
    return first < 0
        ? -1
        : DefaultRecordBatch.incrementSequence(first, buffer.getInt(at + LAST_OFFSET_DELTA));
  }

  static int attributes(ByteBuffer buffer, int at) {
    return buffer.getShort(at + ATTRIBUTES);
  }

  static int crc(ByteBuffer buffer, int at) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(at + ATTRIBUTES, size(buffer, at) - ATTRIBUTES));
    return (int) crc.getValue();
  }

  static boolean crcHolds(ByteBuffer buffer, int at) {
    return buffer.getInt(at + CRC) == crc(buffer, at);
  }
}
