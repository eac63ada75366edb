package io.barnabas.server.api;

import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.Records;
import org.jspecify.annotations.Nullable;

/**
 * What a Produce request may carry for a partition, as far as it is the API's rule and not the
 * log's. Looks at the bytes where they are.
 */
final class ProducedBatch {
  private static final int ATTRIBUTES_OFFSET = 21;
  private static final int COMPRESSION_MASK = 0x07;
  private static final int TRANSACTIONAL = 0x10;
  private static final int SMALLEST_BYTES = 14;

  private ProducedBatch() {}

  /**
   * The records, if any were sent.
   *
   * @throws InvalidRecordException if the request has null there
   */
  static BaseRecords present(@Nullable BaseRecords records) {
    if (records == null) {
      throw new InvalidRecordException("There are no records for the partition");
    }
    return records;
  }

  /**
   * Checks that there is exactly one batch, of version 2, and nothing this broker does not serve.
   *
   * @throws org.apache.kafka.common.errors.ApiException with the code that Kafka answers
   */
  static void check(ByteBuffer batches, short version, int firstWithZstd) {
    int at = batches.position();
    long left = batches.remaining();
    long size = left < Records.LOG_OVERHEAD ? 0 : sizeAt(batches, at);
    if (size == 0 || left < Records.HEADER_SIZE_UP_TO_MAGIC || size > left) {
      throw new InvalidRecordException(
          "A produce request of version %d must have one whole record batch per partition"
              .formatted(version));
    }
    if (batches.get(at + Records.MAGIC_OFFSET) != 2) {
      throw new InvalidRecordException(
          "A produce request of version %d may hold only record batches of version 2"
              .formatted(version));
    }
    if (size < left) {
      throw new InvalidRecordException(
          "A produce request of version %d may hold only one record batch per partition"
              .formatted(version));
    }
    if (left < ATTRIBUTES_OFFSET + Short.BYTES) {
      throw new CorruptRecordException("The record batch is shorter than its header");
    }
    int attributes = batches.getShort(at + ATTRIBUTES_OFFSET);
    if (version < firstWithZstd && (attributes & COMPRESSION_MASK) == CompressionType.ZSTD.id) {
      throw new UnsupportedCompressionTypeException(
          "A produce request of version %d may not use zstd".formatted(version));
    }
    if ((attributes & TRANSACTIONAL) != 0) {
      throw new InvalidTxnStateException("The partition was not added to a transaction");
    }
  }

  private static long sizeAt(ByteBuffer batches, int at) {
    int length = batches.getInt(at + Records.SIZE_OFFSET);
    if (length < SMALLEST_BYTES) {
      throw new CorruptRecordException(
          "A record batch of %d bytes is shorter than any can be".formatted(length));
    }
    return (long) Records.LOG_OVERHEAD + length;
  }
}
