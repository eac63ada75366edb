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
      // Decompressors fail with whatever they like on bad input.
      throw new CorruptRecordException(
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
    long base = buffer.getLong(at + BatchFormat.BASE_TIMESTAMP);
    long max = -1;
    List<RefusedRecordsException.RecordError> errors = new ArrayList<>(0);
    boolean onlyTimestamps = true;
    for (int i = 0; i < count; i++) {
      records.advance();
      long timestamp = base + records.timestampDelta();
      max = Math.max(max, timestamp);
      String keyOrOffset = keyOrOffsetError(records, i);
      if (keyOrOffset != null) {
        onlyTimestamps = false;
        add(errors, i, keyOrOffset);
      } else if (!config.logAppendTime() && timestampOutOfBounds(timestamp)) {
        add(errors, i, "Timestamp " + timestamp + " of message is out of range.");
      }
    }
    if (!records.atEnd()) {
      throw new InvalidRecordException("A batch has bytes after its last record");
    }
    if (!errors.isEmpty()) {
      throw new RefusedRecordsException(
          onlyTimestamps ? Errors.INVALID_TIMESTAMP : Errors.INVALID_RECORD,
          onlyTimestamps
              ? "One or more records have been rejected due to invalid timestamp"
              : "One or more records have been rejected",
          errors);
    }
    if (!config.logAppendTime() && max != buffer.getLong(at + BatchFormat.MAX_TIMESTAMP)) {
      buffer.putLong(at + BatchFormat.MAX_TIMESTAMP, max);
      buffer.putInt(at + BatchFormat.CRC, BatchFormat.crc(buffer, at));
    }
  }

  private static void add(
      List<RefusedRecordsException.RecordError> errors, int index, String message) {
    if (errors.size() < MAX_RECORD_ERRORS) {
      errors.add(new RefusedRecordsException.RecordError(index, message));
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

  private boolean timestampOutOfBounds(long timestamp) {
    if (timestamp == -1) {
      return false;
    }
    return nowMs - timestamp > config.timestampBeforeMaxMs()
        || timestamp - nowMs > config.timestampAfterMaxMs();
  }
}
