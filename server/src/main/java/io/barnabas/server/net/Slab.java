package io.barnabas.server.net;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap. Given back to the system when it is freed, not when the garbage
 * collector comes by; who uses a part of it after that gets an {@code IllegalStateException}.
 */
final class Slab {
  private final Arena arena = Arena.ofShared();
  private final ByteBuffer bytes;

  /** What it counts against, if anything; guarded by its holder. */
  RequestMemory.@Nullable Lane lane;

  /** Whether its holder may keep it between requests; guarded by {@link RequestMemory}. */
  boolean resident;

  Slab(int capacity) {
    boolean allocated = false;
    try {
      bytes = arena.allocate(capacity).asByteBuffer();
      allocated = true;
    } finally {
      if (!allocated) {
        arena.close();
      }
    }
  }

  /** All of it; position and limit are the holder's. Big-endian, as the protocol is. */
  ByteBuffer bytes() {
    return bytes;
  }

  int capacity() {
    return bytes.capacity();
  }

  void free() {
    arena.close();
  }
}
