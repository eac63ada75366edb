package io.barnabas.quorum.ratis;

import io.barnabas.world.Connection;
import io.barnabas.world.Listener;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The only way to a node, which a test can cut and hold up. */
final class Forwarder implements AutoCloseable {
  private static final long CONNECT_NANOS = 10_000_000_000L;
  private static final int BUFFER_BYTES = 1 << 16;

  private final World world;
  private final int to;
  private final Listener listener;
  private final Monitor monitor;

  // Under the monitor.
  private final List<Connection> open = new ArrayList<>();
  private int accepted;
  private boolean held;
  private long movedNanos;

  /** Forwards to a port of this machine. */
  Forwarder(World world, int to) throws IOException {
    this.world = world;
    this.to = to;
    monitor = world.threads().newMonitor();
    listener = world.network().listen(local(0));
    movedNanos = world.clock().nanoTime();
    world.threads().startVirtual("forwarder", this::accept);
  }

  private static InetSocketAddress local(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Where it listens. */
  int port() {
    return listener.localAddress().getPort();
  }

  private void accept() {
    try {
      while (true) {
        Connection from = listener.accept();
        Connection onward = onward();
        if (onward == null) {
          from.close();
          continue;
        }
        monitor.lock();
        try {
          open.add(from);
          open.add(onward);
          accepted++;
          movedNanos = world.clock().nanoTime();
          monitor.signalAll();
        } finally {
          monitor.unlock();
        }
        world.threads().startVirtual("forward", () -> pump(from, onward));
        world.threads().startVirtual("forward-back", () -> pump(onward, from));
      }
    } catch (IOException e) {
      // It is closed.
      shut();
    }
  }

  private @Nullable Connection onward() {
    try {
      return world.network().connect(local(to), CONNECT_NANOS);
    } catch (IOException e) {
      // The node does not listen yet, or not any more.
      return null;
    }
  }

  private void pump(Connection from, Connection onward) {
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      while (from.read(bytes.clear()) >= 0) {
        awaitLetThrough();
        onward.write(bytes.flip());
      }
    } catch (IOException e) {
      // Cut, or ended by one of both.
    } finally {
      from.close();
      onward.close();
    }
  }

  private void awaitLetThrough() {
    monitor.lock();
    try {
      movedNanos = world.clock().nanoTime();
      while (held) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
  }

  /** Ends all connections; new ones are taken. */
  void cut() {
    List<Connection> cut;
    monitor.lock();
    try {
      cut = List.copyOf(open);
      open.clear();
      accepted = 0;
      movedNanos = world.clock().nanoTime();
    } finally {
      monitor.unlock();
    }
    cut.forEach(Connection::close);
  }

  /** Lets nothing through any more, or all again. */
  void hold(boolean now) {
    monitor.lock();
    try {
      held = now;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** Waits until so many connections were made since the last cut. */
  void awaitConnections(int count) {
    monitor.lock();
    try {
      while (accepted < count) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
  }

  /** Waits until nothing has come for so long. */
  void awaitRest(long nanos) {
    monitor.lock();
    try {
      while (world.clock().nanoTime() - movedNanos < nanos) {
        monitor.awaitUntil(movedNanos + nanos);
      }
    } finally {
      monitor.unlock();
    }
  }

  /** Ends all connections; nobody listens here any more. */
  void shut() {
    listener.close();
    hold(false);
    cut();
  }

  @Override
  public void close() {
    shut();
  }
}
