package io.barnabas.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** Checks batches before they are appended; changes only a wrong greatest timestamp. */
final class BatchValidator {
  private static final int MAX_RECORD_ERRORS = 100;

  private final TopicPartition partition;
  private final LogConfig config;
  private final Origin origin;
  private final long nowMs;

  BatchValidator(TopicPartition partition, LogConfig config, Origin origin, long nowMs) {
    this.partition = partition;
    this.config = config;
    this.origin = origin;
    this.nowMs = nowMs;
  }

  /**
   * Checks all batches between a buffer's position and limit.
   *
   * @throws ApiException with the code for the client
   */
  void validate(ByteBuffer batches) {
    int at = batches.position();
    int end = batches.limit();
    if (at == end) {
      throw new InvalidRecordException("No batch was sent for " + partition);
    }
    while (at < end) {
      if (end - at < BatchFormat.HEADER_BYTES) {
        throw new CorruptRecordException("A batch for " + partition + " is cut short");
      }
      if (batches.get(at + BatchFormat.MAGIC) != 2) {
        throw new UnsupportedForMessageFormatException(
            "Only record batches of version 2 are taken, for " + partition);
      }
      int size = BatchFormat.size(batches, at);
      if (size < BatchFormat.HEADER_BYTES || size > end - at) {
        throw new CorruptRecordException("A batch for " + partition + " has a wrong length");
      }
      validateBatch(batches, at, size);
      at += size;
    }
  }

  private void validateBatch(ByteBuffer buffer, int at, int size) {
    if (origin != Origin.FOLLOWER && size > config.maxMessageBytes()) {
      throw new RecordTooLargeException(
          ("The record batch size in the append to %s is %d bytes which exceeds the maximum"
                  + " configured value of %d.")
              .formatted(partition, size, config.maxMessageBytes()));
    }
    if (!BatchFormat.crcHolds(buffer, at)) {
      throw new CorruptRecordException("Record is corrupt in topic-partition " + partition);
    }
    if (origin == Origin.FOLLOWER) {
      return;
    }
    int count = buffer.getInt(at + BatchFormat.COUNT);
    long range = buffer.getInt(at + BatchFormat.LAST_OFFSET_DELTA) + 1L;
    if (range <= 0 || count <= 0 || range != count) {
      throw new InvalidRecordException(
          "A batch of %d offsets says that it has %d records".formatted(range, count));
    }
    if (origin == Origin.CLIENT) {
      validateClientBatch(buffer, at);
    }
    validateRecords(buffer, at, size, count);
  }

  private static void validateClientBatch(ByteBuffer buffer, int at) {
    if (BatchFormat.baseOffset(buffer, at) != 0) {
      throw new InvalidRecordException(
          "The baseOffset of a record batch should be 0, but it is "
              + BatchFormat.baseOffset(buffer, at));
    }
    if ((BatchFormat.attributes(buffer, at) & BatchFormat.CONTROL) != 0) {
      throw new InvalidRecordException("Clients are not allowed to write control records");
    }
    if (buffer.getLong(at + BatchFormat.PRODUCER_ID) >= 0
        && buffer.getInt(at + BatchFormat.BASE_SEQUENCE) < 0) {
      throw new InvalidRecordException(
          "Invalid sequence number %d in record batch with producerId %d"
              .formatted(
                  buffer.getInt(at + BatchFormat.BASE_SEQUENCE),
                  buffer.getLong(at + BatchFormat.PRODUCER_ID)));
    }
  }

  private void validateRecords(ByteBuffer buffer, int at, int size, int count) {
    int from = at + BatchFormat.HEADER_BYTES;
    CompressionType type = compression(buffer, at);
    try {
      if (type == CompressionType.NONE) {
        walk(new RecordWalker.OfBuffer(buffer, from, at + size), buffer, at, count);
        return;
      }
      ByteBuffer packed = buffer.slice(from, at + size - from);
      try (InputStream stream =
          Compression.of(type).build().wrapForInput(packed, (byte) 2, BufferSupplier.NO_CACHING)) {
        walk(
            new RecordWalker.OfStream(stream, config.maxDecompressedMessageBytes()),
            buffer,
            at,
            count);
      }
    } catch (ApiException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Decompressors fail with whatever they like on bad input. The checksum is right: to send the
      // batch again cannot help.
      throw new InvalidRecordException(
          "A compressed batch for " + partition + " does not unpack: " + e.getMessage());
    }
  }

  private static CompressionType compression(ByteBuffer buffer, int at) {
    int id = BatchFormat.attributes(buffer, at) & BatchFormat.COMPRESSION_MASK;
    if (id > CompressionType.ZSTD.id) {
      throw new InvalidRecordException("Unknown compression type id: " + id);
    }
    return CompressionType.forId(id);
  }

  private void walk(RecordWalker records, ByteBuffer buffer, int at, int count) throws IOException {
    boolean stamped = (BatchFormat.attributes(buffer, at) & BatchFormat.LOG_APPEND_TIME) != 0;
    long base = buffer.getLong(at + BatchFormat.BASE_TIMESTAMP);
    long max = -1;
    RecordErrors errors = new RecordErrors();
    for (int i = 0; i < count; i++) {
      records.advance();
      long timestamp =
          stamped
              ? buffer.getLong(at + BatchFormat.MAX_TIMESTAMP)
              : base + records.timestampDelta();
      max = Math.max(max, timestamp);
      String keyOrOffset = keyOrOffsetError(records, i);
      String time = keyOrOffset == null ? timestampError(stamped, timestamp, i) : null;
      if (keyOrOffset != null) {
        errors.add(Errors.INVALID_RECORD, i, keyOrOffset);
      } else if (time != null) {
        errors.add(Errors.INVALID_TIMESTAMP, i, time);
      }
    }
    if (!records.atEnd()) {
      throw new InvalidRecordException("A batch has bytes after its last record");
    }
    errors.throwIfAny();
    if (!config.logAppendTime()) {
      setCreateTime(buffer, at, max);
    }
  }

  /** Corrects what a client said of all the records, as they say otherwise. */
  private static void setCreateTime(ByteBuffer buffer, int at, long maxTimestamp) {
    int attributes = BatchFormat.attributes(buffer, at);
    boolean stamped = (attributes & BatchFormat.LOG_APPEND_TIME) != 0;
    if (stamped || maxTimestamp != buffer.getLong(at + BatchFormat.MAX_TIMESTAMP)) {
      int cleared = attributes & ~BatchFormat.LOG_APPEND_TIME;
      buffer.putShort(at + BatchFormat.ATTRIBUTES, (short) cleared);
      buffer.putLong(at + BatchFormat.MAX_TIMESTAMP, maxTimestamp);
      buffer.putInt(at + BatchFormat.CRC, BatchFormat.crc(buffer, at));
    }
  }

  private @org.jspecify.annotations.Nullable String keyOrOffsetError(
      RecordWalker record, int index) {
    if (record.offsetDelta() != index) {
      return "Record %d of the batch has the relative offset %d"
          .formatted(index, record.offsetDelta());
    }
    if (config.compacted() && !record.hasKey()) {
      return "Compacted topic cannot accept message without key in topic partition "
          + partition
          + ".";
    }
    return null;
  }

  private @org.jspecify.annotations.Nullable String timestampError(
      boolean stamped, long timestamp, int index) {
    if (!config.logAppendTime() && timestamp != -1) {
      boolean outOfRange =
          nowMs - timestamp > config.timestampBeforeMaxMs()
              || timestamp - nowMs > config.timestampAfterMaxMs();
      return outOfRange
          ? ("Timestamp %d of message with offset %d is out of range. The timestamp should be at"
                  + " most %d ms before and %d ms after the broker's time %d")
              .formatted(
                  timestamp,
                  index,
                  config.timestampBeforeMaxMs(),
                  config.timestampAfterMaxMs(),
                  nowMs)
          : null;
    }
    return stamped
        ? ("Invalid timestamp type in message %d. Producer should not set timestamp type to"
                + " LogAppendTime.")
            .formatted(index)
        : null;
  }

  /** The bad records of a batch, not more than a client can use. */
  private static final class RecordErrors {
    private final List<RefusedRecordsException.RecordError> all = new ArrayList<>(0);
    private boolean onlyTimestamps = true;

    void add(Errors error, int index, String message) {
      onlyTimestamps &= error == Errors.INVALID_TIMESTAMP;
      if (all.size() < MAX_RECORD_ERRORS) {
        all.add(new RefusedRecordsException.RecordError(index, message));
      }
    }

    void throwIfAny() {
      if (all.isEmpty()) {
        return;
      }
      throw new RefusedRecordsException(
          onlyTimestamps ? Errors.INVALID_TIMESTAMP : Errors.INVALID_RECORD,
          onlyTimestamps
              ? "One or more records have been rejected due to invalid timestamp"
              : "One or more records have been rejected",
          all);
    }
  }
}
