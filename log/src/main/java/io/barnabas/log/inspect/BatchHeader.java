package io.barnabas.log.inspect;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;

/**
 * The header of a record batch of version 2.
 *
 * @param position where in its file the batch begins
 * @param sizeBytes with the header
 * @param crc as it is stored, without a sign
 * @param baseTimestampMs that of the first record; when it may be forgotten, if {@link
 *     #deleteHorizonMs} says so
 * @param producerId -1 without one
 * @param baseSequence -1 without one
 * @param count how many records it says it has
 */
public record BatchHeader(
    long position,
    int sizeBytes,
    long baseOffset,
    long lastOffset,
    int leaderEpoch,
    int magic,
    long crc,
    int attributes,
    long baseTimestampMs,
    long maxTimestampMs,
    long producerId,
    int producerEpoch,
    int baseSequence,
    int count)
    implements Piece {

  static final int BYTES = 61;

  /** What comes before the bytes that the checksum is of. */
  static final int BEFORE_CHECKED = 21;

  private static final int BEFORE_COUNTED = 12;
  private static final int MAGIC = 2;
  private static final int COMPRESSION = 0x07;
  private static final int LOG_APPEND_TIME = 0x08;
  private static final int TRANSACTIONAL = 0x10;
  private static final int CONTROL = 0x20;
  private static final int HAS_DELETE_HORIZON = 0x40;

  /** Whatever the next bytes say. */
  static BatchHeader read(ByteBuffer in, long position) {
    long baseOffset = in.getLong();
    int counted = in.getInt();
    int leaderEpoch = in.getInt();
    int magic = in.get();
    long crc = Integer.toUnsignedLong(in.getInt());
    int attributes = in.getShort();
    int lastOffsetDelta = in.getInt();
    return new BatchHeader(
        position,
        counted > Integer.MAX_VALUE - BEFORE_COUNTED ? -1 : counted + BEFORE_COUNTED,
        baseOffset,
        baseOffset + lastOffsetDelta,
        leaderEpoch,
        magic,
        crc,
        attributes,
        in.getLong(),
        in.getLong(),
        in.getLong(),
        in.getShort(),
        in.getInt(),
        in.getInt());
  }

  /** Whether there can be a batch with such a header in a file, with so many bytes left. */
  boolean isPossible(long segmentBase, long bytesLeft) {
    return magic == MAGIC
        && sizeBytes >= BYTES
        && sizeBytes <= bytesLeft
        && baseOffset >= segmentBase
        && lastOffset >= baseOffset
        && lastOffset - segmentBase <= Integer.MAX_VALUE
        && count >= 0
        && (attributes & COMPRESSION) < CompressionType.values().length;
  }

  /** The sequence of the last record; -1 without one. */
  public int lastSequence() {
    return baseSequence < 0
        ? -1
        : DefaultRecordBatch.incrementSequence(baseSequence, (int) (lastOffset - baseOffset));
  }

  /** The codec. */
  public CompressionType compression() {
    return CompressionType.forId(attributes & COMPRESSION);
  }

  /** Whether the broker's time is what counts, rather than the producer's. */
  public boolean isLogAppendTime() {
    return (attributes & LOG_APPEND_TIME) != 0;
  }

  /** Whether it belongs to a transaction. */
  public boolean isTransactional() {
    return (attributes & TRANSACTIONAL) != 0;
  }

  /** Whether its record is not a client's. */
  public boolean isControl() {
    return (attributes & CONTROL) != 0;
  }

  /** From when on tombstones or markers in it may be forgotten, if compaction has said so. */
  public OptionalLong deleteHorizonMs() {
    return (attributes & HAS_DELETE_HORIZON) == 0
        ? OptionalLong.empty()
        : OptionalLong.of(baseTimestampMs);
  }
}
