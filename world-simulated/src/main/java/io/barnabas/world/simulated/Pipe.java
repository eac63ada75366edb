package io.barnabas.world.simulated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One direction of a connection: bytes on their way from one machine to another. */
final class Pipe {
  /** Bytes that can be read from a time on. */
  private record Chunk(ByteBuffer bytes, long arrivesAtNanos) {}

  private final Scheduler scheduler;
  private final NetworkFabric.Link link;
  private final Deque<Chunk> underWay = new ArrayDeque<>();
  private final WaitQueue readers;
  private final WaitQueue writers;
  private int bufferedBytes;
  private long lastArrivalNanos;
  private boolean writerClosed;
  private boolean readerClosed;
  private boolean broken;

  Pipe(Scheduler scheduler, NetworkFabric.Link link) {
    this.scheduler = scheduler;
    this.link = link;
    this.readers = new WaitQueue(scheduler);
    this.writers = new WaitQueue(scheduler);
  }

  int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    while (true) {
      checkUsable(readerClosed);
      Chunk first = underWay.peek();
      if (link.isSilent() || (first == null && !writerClosed)) {
        readers.await();
      } else if (lastOrNone(first) > scheduler.nanoTime()) {
        readers.await(lastOrNone(first));
      } else {
        return first == null ? -1 : take(first.bytes, target);
      }
    }
  }

  /** When the first chunk arrives or, if there is none, the end of the stream. */
  private long lastOrNone(@Nullable Chunk first) {
    return first == null ? lastArrivalNanos : first.arrivesAtNanos;
  }

  private int take(ByteBuffer bytes, ByteBuffer target) {
    int most = Math.min(bytes.remaining(), target.remaining());
    int count = scheduler.random().oneIn(2) ? most : 1 + scheduler.random().nextInt(most);
    target.put(bytes.slice(bytes.position(), count));
    bytes.position(bytes.position() + count);
    if (!bytes.hasRemaining()) {
      underWay.remove();
    }
    bufferedBytes -= count;
    writers.wakeAll();
    return count;
  }

  void write(ByteBuffer source) throws IOException {
    SimulationOptions options = scheduler.options();
    while (source.hasRemaining()) {
      checkUsable(writerClosed);
      if (readerClosed) {
        discard(source);
        return;
      }
      int room = Math.min(source.remaining(), options.networkBufferBytes() - bufferedBytes);
      if (room <= 0) {
        writers.await();
      } else {
        int split = scheduler.random().oneIn(4) ? 1 + scheduler.random().nextInt(room) : room;
        send(source, split);
        scheduler.maybeYield();
      }
    }
  }

  /** The writer learns that nobody reads any more only after a while. */
  private void discard(ByteBuffer source) throws IOException {
    if (scheduler.random().oneIn(2)) {
      throw new IOException("Broken pipe");
    }
    source.position(source.limit());
  }

  private void send(ByteBuffer source, int count) {
    byte[] bytes = new byte[count];
    source.get(bytes);
    underWay.add(new Chunk(ByteBuffer.wrap(bytes), nextArrivalNanos()));
    bufferedBytes += count;
    readers.wakeAll();
  }

  private long nextArrivalNanos() {
    long delay = link.delay(scheduler.options().networkDelay()).pick(scheduler.random());
    lastArrivalNanos = Math.max(lastArrivalNanos, scheduler.nanoTime() + delay);
    return lastArrivalNanos;
  }

  private void checkUsable(boolean closedHere) throws IOException {
    if (closedHere) {
      throw new ClosedChannelException();
    }
    if (broken) {
      throw new IOException("Connection reset");
    }
  }

  void closeWriter() {
    if (!writerClosed) {
      writerClosed = true;
      nextArrivalNanos();
      wakeAll();
    }
  }

  void closeReader() {
    readerClosed = true;
    wakeAll();
  }

  /** Both ends learn that the connection is gone; what was under way is lost. */
  void breakOff() {
    broken = true;
    wakeAll();
  }

  void wakeAll() {
    readers.wakeAll();
    writers.wakeAll();
  }
}
