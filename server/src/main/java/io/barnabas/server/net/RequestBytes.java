package io.barnabas.server.net;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Readable;

/**
 * A request's bytes for the generated parsers. Byte buffers and records that they read are slices
 * of the receive buffer.
 *
 * <p>Bounds what a request can make the parsers allocate: each object that they make takes at least
 * one read, and there is a bound on reads. So a request takes some 80 MB of heap at worst, whatever
 * its length; a fetch of a quarter of a million partitions still passes. All that goes wrong is a
 * {@code RuntimeException}, text that is not valid UTF-8 included: it could not be repeated in an
 * answer.
 */
final class RequestBytes implements Readable {
  static final int MAX_READS = 2_000_000;

  private static final int VARINT_BITS = 35;
  private static final int VARLONG_BITS = 70;

  private final ByteBuffer bytes;
  private int readsLeft = MAX_READS;

  /** Reads from the buffer's position to its limit; the caller does not touch it meanwhile. */
  RequestBytes(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  private void count() {
    if (--readsLeft < 0) {
      throw new IllegalArgumentException("more than " + MAX_READS + " values");
    }
  }

  @Override
  public byte readByte() {
    count();
    return bytes.get();
  }

  @Override
  public short readShort() {
    count();
    return bytes.getShort();
  }

  @Override
  public int readInt() {
    count();
    return bytes.getInt();
  }

  @Override
  public long readLong() {
    count();
    return bytes.getLong();
  }

  @Override
  public double readDouble() {
    count();
    return bytes.getDouble();
  }

  @Override
  public byte[] readArray(int length) {
    count();
    check(length);
    byte[] array = new byte[length];
    bytes.get(array);
    return array;
  }

  @Override
  public ByteBuffer readByteBuffer(int length) {
    count();
    check(length);
    ByteBuffer slice = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return slice;
  }

  @Override
  public String readString(int length) {
    byte[] utf8 = readArray(length);
    String text = new String(utf8, StandardCharsets.UTF_8);
    // What is not valid has become U+FFFD, so that is looked for first: it is quick.
    if (text.indexOf('\uFFFD') >= 0
        && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), utf8)) {
      throw new IllegalArgumentException("text that is not UTF-8");
    }
    return text;
  }

  void skip(int length) {
    count();
    check(length);
    bytes.position(bytes.position() + length);
  }

  private void check(int length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new IllegalArgumentException(
          "a length of %d where %d bytes are left".formatted(length, bytes.remaining()));
    }
  }

  @Override
  public int readUnsignedVarint() {
    count();
    byte first = bytes.get();
    return first >= 0 ? first : (int) readLongVarint(first, VARINT_BITS);
  }

  @Override
  public int readVarint() {
    int value = readUnsignedVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  @Override
  public long readVarlong() {
    count();
    byte first = bytes.get();
    long value = first >= 0 ? first : readLongVarint(first, VARLONG_BITS);
    return (value >>> 1) ^ -(value & 1);
  }

  private long readLongVarint(byte first, int maxBits) {
    long value = first & 0x7f;
    for (int shift = 7; shift < maxBits; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number that does not end");
  }

  /** What an array may have as elements at most, whatever the parser wants it for. */
  @Override
  public int remaining() {
    return Math.min(bytes.remaining(), readsLeft);
  }

  @Override
  public Readable slice() {
    RequestBytes slice = new RequestBytes(bytes.slice());
    slice.readsLeft = readsLeft;
    return slice;
  }
}
