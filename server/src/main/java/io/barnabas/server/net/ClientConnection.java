package io.barnabas.server.net;

import io.barnabas.server.tls.TlsConnection;
import io.barnabas.server.tls.TlsException;
import io.barnabas.world.Connection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. Its reading thread carries out the requests in order and writes the
 * answers that are ready at once; a writing thread, started with the first answer that waits,
 * writes the others. Thread-safe.
 */
final class ClientConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  private final Shared shared;
  private final Requests requests;
  private final Connection connection;
  private final FrameReader frames;
  private final AnswerWriter writer;
  private final AnswerQueue answers;
  private final AtomicInteger threads = new AtomicInteger();
  private volatile Client client;
  private volatile boolean draining;

  /** What the reading thread has given to its handler and not got back. */
  private volatile Requests.@Nullable Incoming underWay;

  /** Set while a request is handled or its answer not sent, if the reading thread is to send it. */
  private volatile boolean busy;

  ClientConnection(Shared shared, Requests requests, Client client, Connection connection) {
    this.shared = shared;
    this.requests = requests;
    this.client = client;
    this.connection = connection;
    writer = new AnswerWriter(connection, shared.pool());
    answers =
        new AnswerQueue(
            shared.world().threads().newMonitor(),
            writer,
            () -> start("net-write-", this::writeAnswers),
            this::endIfDrained,
            this::tell);
    frames =
        new FrameReader(
            connection,
            shared.memory(),
            shared.limits().maxRequestBytes(),
            this::beforeWaiting,
            answers::isEnded);
  }

  // --- the server's threads

  /** Starts reading. */
  void start() {
    start("net-read-", this::readRequests);
  }

  private void start(String name, Runnable body) {
    threads.incrementAndGet();
    shared.world().threads().startVirtual(name + client.connectionId(), () -> run(body));
  }

  private void run(Runnable body) {
    try {
      body.run();
    } catch (OutOfMemoryError e) {
      // Outside the heap, for buffers of the JDK's own: the JVM ends by itself if its heap is full.
      broken(new NoMemoryException(e));
    } finally {
      end();
      if (threads.decrementAndGet() == 0) {
        frames.close();
        writer.release();
        shared.whenGone().accept(this);
      }
    }
  }

  /** Ends the connection once all that it was asked so far is answered, or it ends before. */
  void drain() {
    draining = true;
    answers.drain();
    endIfDrained();
  }

  private void endIfDrained() {
    if (draining && !busy && answers.size() == 0) {
      end();
    }
  }

  /** Ends the connection; its threads soon return. Safe to repeat. */
  void end() {
    List<Runnable> actions = answers.end();
    if (actions == null) {
      return;
    }
    connection.close();
    shared.memory().wakeWaiters();
    tell(actions);
  }

  /** Ends it for a reason that the operator may want to know. */
  void end(String reason) {
    if (!answers.isEnded()) {
      LOG.info("Closing the connection of {}: {}.", client.remoteAddress(), reason);
      end();
    }
  }

  /** Ends it because nothing moves. */
  void endIdle() {
    LOG.debug("Closing the idle connection of {}", client);
    end();
  }

  /** Changes whenever bytes come or go. */
  long movements() {
    return frames.readsSeen() + writer.writesSeen();
  }

  /** Who is at the other end, as far as that is known yet. */
  Client client() {
    return client;
  }

  /** Whether the client waits for this node rather than this node for the client. */
  boolean isOwing() {
    return answers.isOwing();
  }

  /** The request that a handler is at work on; null if there is none. */
  Requests.@Nullable Incoming underWay() {
    return underWay;
  }

  /** See {@link FrameReader#frameInWant}. */
  long frameInWant() {
    return frames.frameInWant();
  }

  private void tell(List<Runnable> actions) {
    for (Runnable action : actions) {
      try {
        action.run();
      } catch (RuntimeException e) {
        LOG.error("A defect: what was to be done at the end of {} failed.", client, e);
      }
    }
  }

  // --- the reading thread

  private void readRequests() {
    try {
      readUntilEnd();
    } catch (CloseException e) {
      end(e.reason());
    } catch (IOException e) {
      broken(e);
    } catch (RuntimeException e) {
      defect(e);
    }
  }

  private void readUntilEnd() throws IOException, CloseException {
    if (connection instanceof TlsConnection tls) {
      tls.settle();
      client = client.as(tls.principal());
    }
    try {
      while (!draining && !answers.isEnded() && frames.next()) {
        busy = true;
        // Who drains looks at busy after it has set draining: one of both sees the other.
        if (draining || answers.isEnded()) {
          break;
        }
        carryOut();
      }
      if (draining) {
        finishAnswers();
      }
    } catch (MalformedRequestException e) {
      // What came before it was good and is answered, as if the client had sent one at a time.
      finishAnswers();
      end(e.reason());
    }
  }

  private void carryOut() throws IOException, MalformedRequestException, CloseException {
    ByteBuffer frame = frames.bytes().duplicate().limit(frames.frameEnd());
    Requests.Incoming incoming;
    boolean handled;
    boolean heavy = Requests.isHeavy(frame);
    if (heavy) {
      shared.heavy().lock();
    }
    try {
      incoming = requests.read(frame, answers, client);
      handled = handle(incoming);
    } finally {
      if (heavy) {
        shared.heavy().unlock();
      }
    }
    try {
      if (handled) {
        frames.handled();
      } else {
        finishAnswers();
        end();
      }
    } finally {
      answers.handled(incoming.call());
    }
  }

  private boolean handle(Requests.Incoming incoming) {
    underWay = incoming;
    try {
      incoming.handle();
      return true;
    } catch (RuntimeException e) {
      LOG.error("A defect in the handler of {}: its connection is closed.", incoming.call(), e);
    } catch (OutOfMemoryError e) {
      String reason = new NoMemoryException(e).getMessage();
      LOG.warn("Closing the connection of {}: {}.", client.remoteAddress(), reason);
    } finally {
      underWay = null;
    }
    return false;
  }

  /** Nothing more is read. */
  private void finishAnswers() throws IOException {
    frames.close();
    answers.flush();
    answers.awaitEmpty();
  }

  private void beforeWaiting() throws IOException {
    answers.flush();
    busy = false;
    endIfDrained();
  }

  // --- the writing thread

  private void writeAnswers() {
    try {
      answers.writeLoop();
    } catch (CloseException e) {
      end(e.reason());
    } catch (IOException e) {
      broken(e);
    } catch (RuntimeException e) {
      defect(e);
    }
  }

  private void defect(RuntimeException e) {
    LOG.error("A defect in serving {}: the connection is closed.", client, e);
    end();
  }

  private void broken(IOException e) {
    if (answers.isEnded()) {
      return;
    }
    switch (e) {
      case TlsException why ->
          shared
              .failedHandshakes()
              .line(client, String.valueOf(why.getMessage()))
              .ifPresent(LOG::info);
      case NoMemoryException lack ->
          LOG.warn("Closing the connection of {}: {}.", client.remoteAddress(), lack.getMessage());
      case EOFException damage ->
          LOG.error("Records for {} cannot be read to their end.", client, damage);
      default -> LOG.debug("The connection of {} broke", client, e);
    }
    end();
  }
}
