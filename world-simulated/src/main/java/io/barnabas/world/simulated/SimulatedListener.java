package io.barnabas.world.simulated;

import io.barnabas.world.Connection;
import io.barnabas.world.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;

/** A port that is listened on. */
final class SimulatedListener implements Listener {
  private static final int BACKLOG = 128;

  private final SimulatedMachine machine;
  private final InetSocketAddress local;
  private final Runnable whenClosed;
  private final Queue<SimulatedConnection> arrived = new ArrayDeque<>();
  private final WaitQueue acceptors;
  private boolean closed;

  SimulatedListener(SimulatedMachine machine, InetSocketAddress local, Runnable whenClosed) {
    this.machine = machine;
    this.local = local;
    this.whenClosed = whenClosed;
    this.acceptors = new WaitQueue(machine.scheduler());
  }

  @Override
  public InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public Connection accept() throws IOException {
    machine.enter();
    while (!closed) {
      SimulatedConnection connection = arrived.poll();
      if (connection != null) {
        return connection;
      }
      acceptors.await();
    }
    throw new ClosedChannelException();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      whenClosed.run();
      arrived.forEach(SimulatedConnection::breakOff);
      acceptors.wakeAll();
    }
  }

  boolean isFull() {
    return arrived.size() >= BACKLOG;
  }

  void arrive(SimulatedConnection connection) {
    arrived.add(connection);
    acceptors.wakeAll();
  }
}
