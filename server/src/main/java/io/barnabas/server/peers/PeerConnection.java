package io.barnabas.server.peers;

import io.barnabas.world.Connection;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a peer, from when it is wanted until it ends: one thread opens it and writes
 * requests, another reads replies. Whatever goes wrong ends it, and all that waits for it; a reply
 * that is late does not, as long as others come: it is read and dropped.
 */
final class PeerConnection {
  private static final int REPLY_HEAD_BYTES = 2 * Integer.BYTES;

  private final World world;
  private final InetSocketAddress address;
  private final String peer;
  private final PeerLimits limits;
  private final Monitor monitor;

  // Under the monitor.
  private final Deque<Exchange> queued = new ArrayDeque<>();
  private final Deque<Exchange> inFlight = new ArrayDeque<>();
  private @Nullable Connection connection;
  private @Nullable IOException ended;
  private @Nullable WorldThread writer;
  private long idleSinceNanos;
  private long lastReplyNanos;
  private int lastCorrelationId;

  PeerConnection(World world, InetSocketAddress address, PeerLimits limits) {
    this.world = world;
    this.address = address;
    this.peer = address.getHostString() + ":" + address.getPort();
    this.limits = limits;
    monitor = world.threads().newMonitor();
    idleSinceNanos = world.clock().nanoTime();
    lastReplyNanos = idleSinceNanos;
  }

  /**
   * Begins to open it.
   *
   * @param onEnd called once when it has ended, by one of its threads
   */
  void start(String name, Runnable onEnd) {
    WorldThread started =
        world
            .threads()
            .startVirtual(
                name,
                () -> {
                  run(name);
                  onEnd.run();
                });
    monitor.lock();
    try {
      writer = started;
    } finally {
      monitor.unlock();
    }
  }

  /** Takes a request; false if the connection has ended. */
  boolean offer(Exchange exchange, int timeoutMs) {
    monitor.lock();
    try {
      if (ended != null) {
        return false;
      }
      if (queued.size() + inFlight.size() >= limits.maxInFlight()) {
        exchange
            .reply()
            .completeExceptionally(
                new NotSentException("Too many requests to %s wait".formatted(peer)));
        return true;
      }
      exchange.correlationId = ++lastCorrelationId;
      queued.add(exchange);
      exchange.timer =
          world
              .clock()
              .schedule(
                  TimeUnit.MILLISECONDS.toNanos(timeoutMs), () -> expire(exchange, timeoutMs));
      monitor.signalAll();
      return true;
    } finally {
      monitor.unlock();
    }
  }

  private void expire(Exchange exchange, int timeoutMs) {
    String what = "%s: no reply to %s within %d ms".formatted(peer, exchange, timeoutMs);
    boolean neverSent;
    boolean waits;
    monitor.lock();
    try {
      neverSent = queued.remove(exchange);
      waits = inFlight.contains(exchange);
    } finally {
      monitor.unlock();
    }
    if (neverSent) {
      exchange.reply().completeExceptionally(new NotSentException(what));
    } else if (waits && exchange.hasOwnMemory()) {
      end(new IOException(what));
    } else if (waits) {
      exchange.reply().completeExceptionally(new IOException(what));
      endIfSilent(exchange);
    }
  }

  /** As long as a reply is missing that nobody waits for, looks whether others come. */
  private void endIfSilent(Exchange late) {
    long silentNanos;
    long leftNanos;
    monitor.lock();
    try {
      if (!inFlight.contains(late)) {
        return;
      }
      silentNanos = world.clock().nanoTime() - Math.max(late.sentNanos, lastReplyNanos);
      leftNanos = TimeUnit.MILLISECONDS.toNanos(limits.maxSilenceMs()) - silentNanos;
      if (leftNanos > 0) {
        late.timer = world.clock().schedule(leftNanos, () -> endIfSilent(late));
      }
    } finally {
      monitor.unlock();
    }
    if (leftNanos <= 0) {
      long silentMs = TimeUnit.NANOSECONDS.toMillis(silentNanos);
      end(new IOException("%s: no reply to anything for %d ms".formatted(peer, silentMs)));
    }
  }

  /** Ends it, and waits until nothing of it runs any more. */
  void close() {
    end(new IOException("%s: the connection is closed".formatted(peer)));
    WorldThread running;
    monitor.lock();
    try {
      running = writer;
    } finally {
      monitor.unlock();
    }
    if (running != null) {
      running.join();
    }
  }

  private void end(IOException cause) {
    Connection open;
    monitor.lock();
    try {
      if (ended == null) {
        ended = cause;
      }
      open = connection;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    if (open != null) {
      open.close();
    }
  }

  // --- the thread that writes

  private void run(String name) {
    try (Connection open =
        world
            .network()
            .connect(address, TimeUnit.MILLISECONDS.toNanos(limits.connectTimeoutMs()))) {
      opened(open);
      WorldThread reader = world.threads().startVirtual(name + "-replies", () -> readAll(open));
      try {
        for (Exchange next = next(); next != null; next = next()) {
          open.write(next.frame());
        }
      } catch (IOException e) {
        end(broken(e));
      }
      end(new IOException("%s: the connection has ended".formatted(peer)));
      reader.join();
    } catch (IOException e) {
      end(broken(e));
    }
    failAll();
  }

  private void opened(Connection open) {
    boolean tooLate;
    monitor.lock();
    try {
      connection = open;
      tooLate = ended != null;
      idleSinceNanos = world.clock().nanoTime();
    } finally {
      monitor.unlock();
    }
    if (tooLate) {
      open.close();
    }
  }

  /** The next request to be written; null when the connection ends. */
  private @Nullable Exchange next() {
    monitor.lock();
    try {
      while (ended == null) {
        Exchange next = queued.poll();
        if (next != null) {
          next.sentNanos = world.clock().nanoTime();
          inFlight.add(next);
          return next;
        }
        if (!inFlight.isEmpty()) {
          monitor.await();
        } else if (!monitor.awaitUntil(
                idleSinceNanos + TimeUnit.MILLISECONDS.toNanos(limits.maxIdleMs()))
            && queued.isEmpty()) {
          ended = new IOException("%s: the connection was idle".formatted(peer));
        }
      }
      return null;
    } finally {
      monitor.unlock();
    }
  }

  private void failAll() {
    List<Exchange> sent;
    List<Exchange> notSent;
    IOException cause;
    monitor.lock();
    try {
      sent = new ArrayList<>(inFlight);
      notSent = new ArrayList<>(queued);
      inFlight.clear();
      queued.clear();
      cause = ended == null ? new IOException(peer) : ended;
    } finally {
      monitor.unlock();
    }
    sent.forEach(Exchange::cancelTimer);
    notSent.forEach(Exchange::cancelTimer);
    sent.forEach(exchange -> exchange.reply().completeExceptionally(cause));
    NotSentException neverSent = new NotSentException(cause);
    notSent.forEach(exchange -> exchange.reply().completeExceptionally(neverSent));
  }

  private IOException broken(IOException cause) {
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new IOException("%s: %s".formatted(peer, why), cause);
  }

  // --- the thread that reads

  private void readAll(Connection open) {
    try {
      ByteBuffer head = ByteBuffer.allocateDirect(REPLY_HEAD_BYTES);
      while (true) {
        read(open, head.clear());
        receive(open, head.getInt(), head.getInt());
      }
    } catch (IOException e) {
      end(broken(e));
    } catch (RuntimeException | OutOfMemoryError e) {
      end(new IOException("%s: a reply that cannot be read: %s".formatted(peer, e), e));
    }
  }

  private void receive(Connection open, int length, int correlationId) throws IOException {
    Exchange exchange = oldest();
    if (exchange == null || exchange.correlationId != correlationId) {
      throw new IOException("a reply to no request, or not to the oldest");
    }
    int rest = length - Integer.BYTES;
    if (rest < 0 || length > limits.maxReplyBytes()) {
      throw new IOException(
          "a reply to %s of %d bytes; at most %d are taken"
              .formatted(exchange, length, limits.maxReplyBytes()));
    }
    ByteBuffer bytes = exchange.room(rest);
    read(open, bytes);
    ApiMessage message = exchange.read(bytes);
    replied(exchange);
    exchange.reply().complete(message);
  }

  private static void read(Connection open, ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (open.read(target) < 0) {
        throw new EOFException("the peer has closed the connection");
      }
    }
    target.flip();
  }

  private @Nullable Exchange oldest() {
    monitor.lock();
    try {
      return inFlight.peek();
    } finally {
      monitor.unlock();
    }
  }

  private void replied(Exchange exchange) {
    monitor.lock();
    try {
      inFlight.remove(exchange);
      idleSinceNanos = world.clock().nanoTime();
      lastReplyNanos = idleSinceNanos;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    exchange.cancelTimer();
  }
}
