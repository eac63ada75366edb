package io.barnabas.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/**
 * Packs batches anew where a topic's compression.type is not what the producer used. The records'
 * bytes stay as they are: they only go from one codec to the other, piece by piece.
 */
final class Recompression {
  private static final int CHUNK_BYTES = 8 * 1024;

  private final TopicPartition partition;
  private final CompressionType wanted;
  private final int maxBatchBytes;

  private Recompression(TopicPartition partition, CompressionType wanted, int maxBatchBytes) {
    this.partition = partition;
    this.wanted = wanted;
    this.maxBatchBytes = maxBatchBytes;
  }

  /**
   * The batches as the topic wants them: the same buffer if they are so already.
   *
   * @param batches checked
   * @throws RecordTooLargeException if a batch exceeds max.message.bytes then
   */
  static ByteBuffer apply(ByteBuffer batches, LogConfig config, TopicPartition partition)
      throws IOException {
    CompressionType wanted = config.recompression();
    if (wanted == null || !anyDiffers(batches, wanted)) {
      return batches;
    }
    return new Recompression(partition, wanted, config.maxMessageBytes()).all(batches);
  }

  private static boolean anyDiffers(ByteBuffer batches, CompressionType wanted) {
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      if (differs(batches, at, wanted)) {
        return true;
      }
    }
    return false;
  }

  private static boolean differs(ByteBuffer buffer, int at, CompressionType wanted) {
    int attributes = BatchFormat.attributes(buffer, at);
    boolean control = (attributes & BatchFormat.CONTROL) != 0;
    return !control && (attributes & BatchFormat.COMPRESSION_MASK) != wanted.id;
  }

  private ByteBuffer all(ByteBuffer batches) throws IOException {
    ByteBufferOutputStream out = new ByteBufferOutputStream(2 * batches.remaining());
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      int start = out.position();
      if (differs(batches, at, wanted)) {
        out.write(batches.slice(at, BatchFormat.HEADER_BYTES));
        pack(batches, at, out, start);
        complete(out, start);
      } else {
        out.write(batches.slice(at, BatchFormat.size(batches, at)));
      }
    }
    return out.buffer().flip();
  }

  private void pack(ByteBuffer batches, int at, ByteBufferOutputStream out, int start)
      throws IOException {
    int from = at + BatchFormat.HEADER_BYTES;
    ByteBuffer packed =
        batches.slice(from, BatchFormat.size(batches, at) - BatchFormat.HEADER_BYTES);
    int attributes = BatchFormat.attributes(batches, at);
    CompressionType used = CompressionType.forId(attributes & BatchFormat.COMPRESSION_MASK);
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in =
            Compression.of(used).build().wrapForInput(packed, (byte) 2, BufferSupplier.NO_CACHING);
        OutputStream target = Compression.of(wanted).build().wrapForOutput(out, (byte) 2)) {
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        target.write(chunk, 0, n);
        checkSize(out.position() - start);
      }
    }
    checkSize(out.position() - start);
  }

  private void checkSize(int bytes) {
    if (bytes > maxBatchBytes) {
      throw new RecordTooLargeException(
          ("The record batch in the append to %s has more than %d bytes, which is the maximum"
                  + " configured value, when it is compressed as the topic's compression.type says")
              .formatted(partition, maxBatchBytes));
    }
  }

  private void complete(ByteBufferOutputStream out, int start) {
    ByteBuffer buffer = out.buffer();
    int attributes =
        (BatchFormat.attributes(buffer, start) & ~BatchFormat.COMPRESSION_MASK) | wanted.id;
    buffer.putShort(start + BatchFormat.ATTRIBUTES, (short) attributes);
    buffer.putInt(start + BatchFormat.LENGTH, out.position() - start - BatchFormat.LOG_OVERHEAD);
    // The whole buffer counts for the checksum, also what is behind its limit.
    ByteBuffer written = buffer.duplicate().clear();
    buffer.putInt(start + BatchFormat.CRC, BatchFormat.crc(written, start));
  }
}
