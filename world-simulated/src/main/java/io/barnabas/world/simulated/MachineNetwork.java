package io.barnabas.world.simulated;

import io.barnabas.world.Connection;
import io.barnabas.world.Listener;
import io.barnabas.world.Network;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One machine's ports. Whatever address it listens on, it is reached under all of its own. */
final class MachineNetwork implements Network {
  private static final int FIRST_FREE_PORT = 32_768;

  private final SimulatedMachine machine;
  private final Scheduler scheduler;
  private final NetworkFabric fabric;
  private final Map<Integer, SimulatedListener> listeners = new TreeMap<>();
  private int nextFreePort = FIRST_FREE_PORT;

  MachineNetwork(SimulatedMachine machine, NetworkFabric fabric) {
    this.machine = machine;
    this.scheduler = machine.scheduler();
    this.fabric = fabric;
  }

  @Override
  public Listener listen(InetSocketAddress local) throws IOException {
    machine.enter();
    if (!NetworkFabric.isOwn(machine, local.getHostString(), local.getAddress())) {
      throw new BindException("Cannot assign requested address: " + local);
    }
    int port = local.getPort() == 0 ? freePort() : local.getPort();
    if (listeners.containsKey(port)) {
      throw new BindException("Address already in use: " + local);
    }
    InetAddress address = local.getAddress() == null ? machine.address() : local.getAddress();
    SimulatedListener listener =
        new SimulatedListener(
            machine, new InetSocketAddress(address, port), () -> listeners.remove(port));
    listeners.put(port, listener);
    return listener;
  }

  @Override
  public Connection connect(InetSocketAddress remote, long timeoutNanos) throws IOException {
    machine.enter();
    long deadlineNanos = scheduler.nanoTime() + timeoutNanos;
    scheduler.pause(scheduler.options().networkDelay());
    SimulatedMachine target = fabric.find(machine, remote);
    SimulatedListener listener = reach(target, remote.getPort());
    if (target == null || listener == null || deadlineNanos - scheduler.nanoTime() < 0) {
      scheduler.sleep(deadlineNanos - scheduler.nanoTime());
      throw new SocketTimeoutException("Connect timed out: " + remote);
    }
    return connect(target, listener, remote);
  }

  /** Null if no answer comes. */
  private @Nullable SimulatedListener reach(@Nullable SimulatedMachine target, int port)
      throws ConnectException {
    if (target == null || target.isCrashed()) {
      return null;
    }
    NetworkFabric.Link link = fabric.link(machine, target);
    if (link.isCut() || fabric.isSilent(machine, target)) {
      return null;
    }
    SimulatedListener listener = target.ports().listeners.get(port);
    if (listener == null) {
      throw new ConnectException("Connection refused: " + target.name() + ":" + port);
    }
    return listener.isFull() ? null : listener;
  }

  private Connection connect(
      SimulatedMachine target, SimulatedListener listener, InetSocketAddress remote) {
    NetworkFabric.Link link = fabric.link(machine, target);
    Pipe there = new Pipe(scheduler, link);
    Pipe back = new Pipe(scheduler, fabric.link(target, machine));
    InetSocketAddress near = new InetSocketAddress(machine.address(), freePort());
    InetSocketAddress far = new InetSocketAddress(target.address(), remote.getPort());
    SimulatedConnection client = new SimulatedConnection(machine, near, far, back, there);
    SimulatedConnection server = new SimulatedConnection(target, far, near, there, back);
    fabric.connected(link, client, server);
    scheduler.trace().add("connect", near + "-" + far, 0);
    listener.arrive(server);
    return client;
  }

  private int freePort() {
    int port = nextFreePort++;
    nextFreePort = nextFreePort > 65_535 ? FIRST_FREE_PORT : nextFreePort;
    return listeners.containsKey(port) ? freePort() : port;
  }

  void crash() {
    fabric.breakConnectionsOf(machine.name());
  }
}
