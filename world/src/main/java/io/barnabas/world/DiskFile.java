package io.barnabas.world;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file. Any number of threads may read; only one may append or truncate at a time, while
 * others read what was there before. Any thread may force.
 */
public interface DiskFile extends Closeable {
  /** The length in bytes, what was appended included. */
  long size() throws IOException;

  /**
   * Reads from a position up to the room in {@code target}.
   *
   * @return how many bytes were read, fewer only at the end of the file; -1 at or past the end
   */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all that remains in the buffers, in order, to the end of the file. */
  void append(ByteBuffer... sources) throws IOException;

  /** Cuts the file to this length; nothing happens if it is not longer. */
  void truncate(long size) throws IOException;

  /**
   * Makes all that was appended and cut before this call survive a crash. Slow: only for platform
   * threads. After a failure nothing is known of what survived, and trying again proves nothing.
   */
  void force() throws IOException;

  /** Closes the file; safe to repeat. What was not forced may be lost in a crash. */
  @Override
  void close() throws IOException;
}
