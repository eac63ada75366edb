package io.barnabas.server.net;

import io.barnabas.world.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a client sends into requests. Holds next to nothing until the client has sent its first
 * bytes, then a small buffer, and a larger one while the client sends larger requests or many at a
 * time. For the connection's reading thread, but for what says otherwise.
 */
final class FrameReader {
  /** Enough for what clients send first. */
  private static final int FIRST_BYTES = 128;

  /** No request header is shorter: API, version, correlation id, length of the client's name. */
  private static final int MIN_FRAME_BYTES = 10;

  /** How far the buffer grows only because more bytes come at a time than it holds. */
  private static final int MAX_READ_AHEAD_BYTES = 64 * 1024;

  private static final int GROWTH = 4;

  /** After this many fillings that needed a quarter of the buffer at most, it shrinks. */
  private static final int SPARE_FILLINGS = 64;

  private final Connection connection;
  private final RequestMemory memory;
  private final int maxFrameBytes;
  private final BeforeWaiting beforeWaiting;
  private final BooleanSupplier ended;

  private ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES).limit(0);
  private @Nullable Slab slab;
  private int frameEnd;
  private int wantedCapacity = FIRST_BYTES;
  private int spareFillings;
  private long reads;
  private long frames;

  private volatile long readsSeen;
  private volatile long frameInWant = -1;

  /** Something to be done first. */
  @FunctionalInterface
  interface BeforeWaiting {
    void run() throws IOException;
  }

  /**
   * @param beforeWaiting is run before this waits for the client or for memory
   * @param ended whether nobody waits for requests any more
   */
  FrameReader(
      Connection connection,
      RequestMemory memory,
      int maxFrameBytes,
      BeforeWaiting beforeWaiting,
      BooleanSupplier ended) {
    this.connection = connection;
    this.memory = memory;
    this.maxFrameBytes = maxFrameBytes;
    this.beforeWaiting = beforeWaiting;
    this.ended = ended;
  }

  /**
   * Waits for the next request; the one before is forgotten.
   *
   * @return false if the client has sent its last
   * @throws MalformedRequestException if its length cannot be
   */
  boolean next() throws IOException, MalformedRequestException {
    bytes.position(frameEnd);
    frames++;
    if (!fill(Integer.BYTES)) {
      return false;
    }
    int length = bytes.getInt(bytes.position());
    if (length < MIN_FRAME_BYTES || length > maxFrameBytes) {
      throw new MalformedRequestException(
          "it sent a request of %d bytes, where %d to %d are allowed"
              .formatted(length, MIN_FRAME_BYTES, maxFrameBytes));
    }
    if (!fill(Integer.BYTES + length)) {
      return false;
    }
    if (frameInWant >= 0) {
      frameInWant = -1;
    }
    bytes.position(bytes.position() + Integer.BYTES);
    frameEnd = bytes.position() + length;
    return true;
  }

  /**
   * The request is not used any more. Memory that is not this connection's own goes back now: what
   * follows may wait for the client.
   */
  void handled() throws IOException {
    bytes.position(frameEnd);
    leaveBorrowed();
    frameEnd = bytes.position();
  }

  /** The buffer that holds the request, from its position to {@link #frameEnd()}. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** Where the request ends. */
  int frameEnd() {
    return frameEnd;
  }

  /** Lets go of the memory; nothing can be read any more. */
  void close() {
    bytes = ByteBuffer.allocate(0);
    frameEnd = 0;
    giveSlab();
  }

  /** How often bytes came; for any thread. */
  long readsSeen() {
    return readsSeen;
  }

  /**
   * Which request, the first being 1, holds memory of its own while the client has not sent all of
   * it; -1 if none does, or if it is memory that it waits for. For any thread.
   */
  long frameInWant() {
    return frameInWant;
  }

  private boolean fill(int count) throws IOException {
    if (bytes.remaining() >= count) {
      return true;
    }
    beforeWaiting.run();
    if (!bytes.hasRemaining()) {
      settle();
    }
    while (bytes.remaining() < count) {
      makeRoom(count);
      if (!read(count)) {
        return false;
      }
    }
    return true;
  }

  /** A slab that is not resident serves one request; what came after it is small enough. */
  private void leaveBorrowed() throws NoMemoryException {
    Slab current = slab;
    if (current != null && !current.resident && current.capacity() > RequestMemory.SMALL_BYTES) {
      use(memory.takeSmall());
    }
  }

  private boolean read(int count) throws IOException {
    int start = bytes.position();
    int end = bytes.limit();
    int room = bytes.capacity();
    Slab current = slab;
    if (current != null && !current.resident) {
      // What else came must fit into a small buffer: this one cannot be kept for it.
      room = (int) Math.min(room, (long) start + count + RequestMemory.SMALL_BYTES);
    }
    bytes.limit(room).position(end);
    int read;
    try {
      read = connection.read(bytes);
    } finally {
      end = bytes.position();
      bytes.limit(end).position(start);
    }
    if (read < 0) {
      return false;
    }
    if (end == bytes.capacity() && count <= end) {
      wantedCapacity = Math.max(wantedCapacity, Math.min(end * GROWTH, MAX_READ_AHEAD_BYTES));
    }
    reads++;
    readsSeen = reads;
    return true;
  }

  /** The buffer is empty: the time to give up one that has been too large for long. */
  private void settle() throws IOException {
    int filled = bytes.limit();
    bytes.clear().limit(0);
    Slab current = slab;
    if (current == null || current.capacity() == RequestMemory.SMALL_BYTES) {
      return;
    }
    int capacity = current.capacity();
    spareFillings = filled <= capacity / GROWTH ? spareFillings + 1 : 0;
    if (spareFillings > SPARE_FILLINGS) {
      spareFillings = 0;
      wantedCapacity = Math.min(capacity / GROWTH, MAX_READ_AHEAD_BYTES);
      use(memory.takeSmall());
    }
  }

  private void makeRoom(int count) throws IOException {
    int held = bytes.remaining();
    int capacity = bytes.capacity();
    if (capacity < count && (held == capacity || capacity < RequestMemory.SMALL_BYTES)) {
      grow(count, held);
    } else if (capacity < wantedCapacity && held <= RequestMemory.SMALL_BYTES) {
      readAhead();
    }
    int needed = Math.min(count, bytes.capacity());
    if (bytes.position() + needed > bytes.capacity()
        || (bytes.position() >= bytes.capacity() / 2 && held <= bytes.capacity() / GROWTH)) {
      bytes.compact().flip();
    }
  }

  private void grow(int count, int held) throws IOException {
    if (bytes.capacity() < RequestMemory.SMALL_BYTES) {
      use(memory.takeSmall());
      return;
    }
    frameInWant = -1;
    Slab larger = memory.take(held, count, ended);
    if (larger.capacity() >= count) {
      memory.keep(larger);
    }
    use(larger);
    frameInWant = frames;
  }

  /** Changes to a buffer that holds more requests at a time, if there is one to be had. */
  private void readAhead() throws IOException {
    if (wantedCapacity <= RequestMemory.SMALL_BYTES) {
      use(memory.takeSmall());
      return;
    }
    Slab larger = memory.takeToKeep(wantedCapacity);
    if (larger == null) {
      wantedCapacity = bytes.capacity();
    } else {
      use(larger);
    }
  }

  private void use(Slab other) {
    other.bytes().put(bytes).flip();
    giveSlab();
    slab = other;
    bytes = other.bytes();
  }

  private void giveSlab() {
    Slab old = slab;
    slab = null;
    if (old != null) {
      memory.give(old);
    }
  }
}
