package io.barnabas.server.tls;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Memory for what is about to be sent, each piece with room for one packet. It is held only while
 * something is sent, so a few are used again and again. Thread-safe.
 */
final class Packets {
  /** More than these are not kept. */
  private static final int MAX_SPARE = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<ByteBuffer> spare = new ArrayDeque<>();

  /** Empty, on the heap; to be given back. */
  ByteBuffer take(int bytes) {
    ByteBuffer found = spare();
    return found == null || found.capacity() < bytes ? ByteBuffer.allocate(bytes) : found.clear();
  }

  private @Nullable ByteBuffer spare() {
    lock.lock();
    try {
      return spare.pollLast();
    } finally {
      lock.unlock();
    }
  }

  void give(ByteBuffer packet) {
    lock.lock();
    try {
      if (spare.size() < MAX_SPARE) {
        spare.addLast(packet);
      }
    } finally {
      lock.unlock();
    }
  }
}
