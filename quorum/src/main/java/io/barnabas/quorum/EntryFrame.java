package io.barnabas.quorum;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Entries that are forced together: one frame in the log's file. Big-endian: magic, CRC-32C of all
 * that follows it, length of the entries' part, index of the first entry, their number; then each
 * entry's length and bytes.
 */
record EntryFrame(long firstIndex, List<byte[]> entries) {
  static final int HEADER_BYTES = 24;
  private static final int MAGIC = 0x42514631;
  private static final int CHECKED_FROM = 8;
  private static final int LENGTH_AT = 8;

  long lastIndex() {
    return firstIndex + entries.size() - 1;
  }

  /** How long the frame is, header included. */
  int sizeBytes() {
    return entries.stream()
        .mapToInt(entry -> Integer.BYTES + entry.length)
        .reduce(HEADER_BYTES, Math::addExact);
  }

  ByteBuffer encode() {
    ByteBuffer frame = ByteBuffer.allocate(sizeBytes());
    frame
        .putInt(MAGIC)
        .putInt(0)
        .putInt(frame.limit() - HEADER_BYTES)
        .putLong(firstIndex)
        .putInt(entries.size());
    for (byte[] entry : entries) {
      frame.putInt(entry.length).put(entry);
    }
    frame.flip();
    return frame.putInt(Integer.BYTES, checksum(frame));
  }

  /**
   * How long the frame with this header is, header included.
   *
   * @return empty if this is no header of a frame, or of one that is longer than {@code most}
   */
  static Optional<Integer> length(ByteBuffer header, long most) {
    if (header.remaining() < HEADER_BYTES || header.getInt(header.position()) != MAGIC) {
      return Optional.empty();
    }
    int length = header.getInt(header.position() + LENGTH_AT);
    return length < 0 || length > most - HEADER_BYTES
        ? Optional.empty()
        : Optional.of(HEADER_BYTES + length);
  }

  /** The frame that fills this buffer; empty if it is not whole. */
  static Optional<EntryFrame> decode(ByteBuffer frame) {
    ByteBuffer bytes = frame.slice();
    Optional<Integer> length = length(bytes, bytes.remaining());
    if (length.isEmpty() || bytes.getInt(Integer.BYTES) != checksum(bytes.limit(length.get()))) {
      return Optional.empty();
    }
    bytes.position(LENGTH_AT + Integer.BYTES);
    long firstIndex = bytes.getLong();
    int count = bytes.getInt();
    List<byte[]> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] entry = new byte[bytes.getInt()];
      bytes.get(entry);
      entries.add(entry);
    }
    return Optional.of(new EntryFrame(firstIndex, entries));
  }

  private static int checksum(ByteBuffer frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame.slice(CHECKED_FROM, frame.limit() - CHECKED_FROM));
    return (int) crc.getValue();
  }
}
