package io.barnabas.server.peers;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Memory for the replies of one who asks again and again, so that not each reply takes new memory:
 * a direct buffer that grows. For one request at a time; what its reply refers to is good until the
 * next one is sent.
 */
public final class ReplyBuffer {
  private static final int SMALLEST_BYTES = 4_096;

  private @Nullable ByteBuffer memory;

  /** Room for this many bytes. */
  ByteBuffer room(int bytes) {
    ByteBuffer present = memory;
    if (present == null || present.capacity() < bytes) {
      int capacity = Math.max(SMALLEST_BYTES, bytes);
      present = ByteBuffer.allocateDirect(capacity);
      memory = present;
    }
    return present.clear().limit(bytes);
  }
}
