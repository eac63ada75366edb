package io.barnabas.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Reads a batch's records one after the other without keeping them. For one thread. */
abstract class RecordWalker {
  private long consumed;
  private boolean hasKey;
  private long timestampDelta;
  private int offsetDelta;

  /** The next byte, or an InvalidRecordException. */
  protected abstract int nextByte() throws IOException;

  protected abstract void skipBytes(int count) throws IOException;

  /** Whether nothing is left. */
  abstract boolean atEnd() throws IOException;

  boolean hasKey() {
    return hasKey;
  }

  long timestampDelta() {
    return timestampDelta;
  }

  int offsetDelta() {
    return offsetDelta;
  }

  /** Reads one record. */
  void advance() throws IOException {
    int length = varint();
    if (length < 0) {
      throw malformed("its length is " + length);
    }
    long end = consumed + length;
    take();
    timestampDelta = varlong();
    offsetDelta = varint();
    hasKey = skipField(true, end);
    skipField(true, end);
    int headers = varint();
    if (headers < 0 || headers > end - consumed) {
      throw malformed("it has " + headers + " headers");
    }
    for (int i = 0; i < headers; i++) {
      skipField(false, end);
      skipField(true, end);
    }
    if (consumed != end) {
      throw malformed("it has not the length that it gives");
    }
  }

  private boolean skipField(boolean nullable, long end) throws IOException {
    int length = varint();
    if (length > end - consumed || length < (nullable ? -1 : 0)) {
      throw malformed("a field's length is " + length);
    }
    if (length > 0) {
      skipBytes(length);
      consumed += length;
    }
    return length >= 0;
  }

  private int take() throws IOException {
    consumed++;
    return nextByte();
  }

  private int varint() throws IOException {
    long value = varlong(35);
    return (int) (value >>> 1) ^ -(int) (value & 1);
  }

  private long varlong() throws IOException {
    long value = varlong(70);
    return (value >>> 1) ^ -(value & 1);
  }

  private long varlong(int maxShift) throws IOException {
    long value = 0;
    for (int shift = 0; shift < maxShift; shift += 7) {
      int b = take();
      value |= (b & 0x7fL) << shift;
      if ((b & 0x80) == 0) {
        return maxShift == 35 ? value & 0xffff_ffffL : value;
      }
    }
    throw malformed("a number is too long");
  }

  static InvalidRecordException malformed(String why) {
    return new InvalidRecordException("Found an invalid record: " + why);
  }

  /** Records that are in a buffer as they are. */
  static final class OfBuffer extends RecordWalker {
    private final ByteBuffer buffer;
    private final int end;
    private int at;

    OfBuffer(ByteBuffer buffer, int start, int end) {
      this.buffer = buffer;
      this.end = end;
      at = start;
    }

    @Override
    protected int nextByte() {
      if (at >= end) {
        throw malformed("the batch ends in it");
      }
      return buffer.get(at++);
    }

    @Override
    protected void skipBytes(int count) {
      if (count > end - at) {
        throw malformed("the batch ends in it");
      }
      at += count;
    }

    @Override
    boolean atEnd() {
      return at == end;
    }
  }

  /** Records that come out of a decompressor, piece by piece and not more than a limit. */
  static final class OfStream extends RecordWalker {
    private final InputStream stream;
    private final byte[] chunk = new byte[8 * 1024];
    private final int maxBytes;
    private long total;
    private int at;
    private int limit;

    OfStream(InputStream stream, int maxBytes) {
      this.stream = stream;
      this.maxBytes = maxBytes;
    }

    private boolean fill() throws IOException {
      at = 0;
      limit = Math.max(0, stream.read(chunk, 0, chunk.length));
      total += limit;
      if (total > maxBytes) {
        throw new RecordTooLargeException(
            "A batch unpacks to more than " + maxBytes + " bytes, which is the limit");
      }
      return limit > 0;
    }

    @Override
    protected int nextByte() throws IOException {
      if (at == limit && !fill()) {
        throw malformed("the batch ends in it");
      }
      return chunk[at++];
    }

    @Override
    protected void skipBytes(int count) throws IOException {
      int left = count;
      while (left > 0) {
        if (at == limit && !fill()) {
          throw malformed("the batch ends in it");
        }
        int step = Math.min(left, limit - at);
        at += step;
        left -= step;
      }
    }

    @Override
    boolean atEnd() throws IOException {
      return at == limit && !fill();
    }
  }
}
