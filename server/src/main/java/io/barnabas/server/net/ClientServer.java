package io.barnabas.server.net;

import io.barnabas.world.Connection;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for clients and serves their requests, each connection on threads of its own. */
public final class ClientServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientServer.class);
  private static final long MILLISECOND_NANOS = 1_000_000;

  /** How long accepting rests after it failed: what it lacks will not be there at once. */
  private static final long ACCEPT_PAUSE_NANOS = 100 * MILLISECOND_NANOS;

  /** How long answers under way may take when the server closes. */
  private static final long DRAIN_NANOS = 2_000 * MILLISECOND_NANOS;

  private static final long MAX_SWEEP_NANOS = 1_000 * MILLISECOND_NANOS;

  private final World world;
  private final BoundListeners listeners;
  private final Consumer<Client> onGone;
  private final Monitor monitor;
  private final Shared shared;
  private final SlabPool pool = new SlabPool();
  private final List<WorldThread> threads = new ArrayList<>();
  private final Map<ClientConnection, Watch> connections = new LinkedHashMap<>();

  /** What handlers were at work on when {@link #endStuck} looked last. */
  private Map<ClientConnection, PendingCall> underWay = Map.of();

  private long connectionsMade;
  private boolean full;
  private boolean closed;

  private ClientServer(
      World world, ConnectionLimits limits, BoundListeners listeners, Consumer<Client> onGone) {
    this.world = world;
    this.listeners = listeners;
    this.onGone = onGone;
    monitor = world.threads().newMonitor();
    shared =
        new Shared(
            world,
            limits,
            pool,
            new RequestMemory(world, pool, limits),
            world.threads().newMonitor(),
            new FailedHandshakes(world.clock()),
            this::gone);
  }

  /**
   * Takes ports and begins to serve: {@link BoundListeners#bind} and {@link #serve}.
   *
   * @param handlers one for each API that is served, at all of them
   * @throws BindException if an address is taken or is not this machine's; the message names it
   */
  public static ClientServer start(
      World world,
      ConnectionLimits limits,
      List<ListenerBinding> bindings,
      Map<ApiKeys, ? extends ApiHandler<?>> handlers)
      throws IOException {
    return serve(
        world, limits, BoundListeners.bind(world, bindings), name -> handlers, client -> {});
  }

  /**
   * Begins to take connections.
   *
   * @param listeners where they come in; closed with the server
   * @param handlers one for each API that is served at the listener of a name
   * @param onGone told of each connection that has ended, by a thread that must not be held up
   */
  public static ClientServer serve(
      World world,
      ConnectionLimits limits,
      BoundListeners listeners,
      Function<String, Map<ApiKeys, ? extends ApiHandler<?>>> handlers,
      Consumer<Client> onGone) {
    ClientServer server = new ClientServer(world, limits, listeners, onGone);
    server.begin(handlers);
    return server;
  }

  private void begin(Function<String, Map<ApiKeys, ? extends ApiHandler<?>>> handlers) {
    for (BoundListeners.Bound bound : listeners.all()) {
      Requests requests = new Requests(handlers.apply(bound.name()).values());
      threads.add(
          world
              .threads()
              .startVirtual(
                  "net-accept-" + bound.name(), () -> acceptConnections(bound, requests)));
    }
    threads.add(world.threads().startVirtual("net-sweep", this::sweep));
  }

  /** The addresses that are listened on, in the order of the bindings, with their real ports. */
  public List<InetSocketAddress> addresses() {
    return listeners.addresses();
  }

  /** How many connections there are. */
  public int connectionCount() {
    monitor.lock();
    try {
      return connections.size();
    } finally {
      monitor.unlock();
    }
  }

  /** Memory for requests and answers that is in use, in bytes. */
  public long usedBufferBytes() {
    return pool.usedBytes();
  }

  // --- accepting

  private void acceptConnections(BoundListeners.Bound bound, Requests requests) {
    boolean failing = false;
    while (!isClosed()) {
      try {
        Connection connection = bound.listener().accept();
        failing = false;
        admit(bound.name(), requests, connection);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        if (!failing) {
          LOG.warn(
              "The listener {} cannot take connections at the moment: {}.",
              bound.name(),
              e.getMessage());
        }
        failing = true;
        world.threads().sleep(ACCEPT_PAUSE_NANOS);
      }
    }
  }

  private boolean isClosed() {
    monitor.lock();
    try {
      return closed;
    } finally {
      monitor.unlock();
    }
  }

  private void admit(String listenerName, Requests requests, Connection connection) {
    ClientConnection added = null;
    try {
      added = add(listenerName, requests, connection);
      if (added != null) {
        added.start();
      }
    } catch (RuntimeException e) {
      LOG.error("A defect: a connection to the listener {} cannot be served.", listenerName, e);
      if (added != null) {
        gone(added);
        added = null;
      }
    } finally {
      if (added == null) {
        connection.close();
      }
    }
  }

  private @Nullable ClientConnection add(
      String listenerName, Requests requests, Connection connection) {
    monitor.lock();
    try {
      if (closed) {
        return null;
      }
      int limit = shared.limits().maxConnections();
      if (connections.size() >= limit) {
        if (!full) {
          LOG.warn(
              "There are {} connections, as many as max.connections allows; more are closed at"
                  + " once.",
              limit);
        }
        full = true;
        return null;
      }
      Client client =
          new Client(
              connectionsMade++,
              listenerName,
              connection.localAddress(),
              connection.remoteAddress());
      ClientConnection added = new ClientConnection(shared, requests, client, connection);
      long maxIdleNanos = saturatedNanos(shared.limits().maxIdleMs());
      connections.put(added, new Watch(added, maxIdleNanos, world.clock().nanoTime()));
      return added;
    } finally {
      monitor.unlock();
    }
  }

  private void gone(ClientConnection connection) {
    Watch watch;
    monitor.lock();
    try {
      watch = connections.remove(connection);
      full = false;
      if (closed && connections.isEmpty()) {
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
    if (watch != null) {
      onGone.accept(connection.client());
    }
  }

  // --- idle connections

  private void sweep() {
    long idleNanos = saturatedNanos(shared.limits().maxIdleMs());
    long periodNanos = Math.clamp(idleNanos / 4, MILLISECOND_NANOS, MAX_SWEEP_NANOS);
    while (awaitNextSweep(world.clock().nanoTime() + periodNanos)) {
      boolean memoryScarce = shared.memory().isScarce();
      for (Watch watch : watches()) {
        watch.look(world.clock().nanoTime(), memoryScarce);
      }
    }
  }

  private boolean awaitNextSweep(long deadlineNanos) {
    monitor.lock();
    try {
      boolean waiting = true;
      while (!closed && waiting) {
        waiting = monitor.awaitUntil(deadlineNanos);
      }
      return !closed;
    } finally {
      monitor.unlock();
    }
  }

  private List<Watch> watches() {
    monitor.lock();
    try {
      return List.copyOf(connections.values());
    } finally {
      monitor.unlock();
    }
  }

  private static long saturatedNanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  // --- stuck requests

  /**
   * Ends the connections of which a handler is at work on the same request as when this was called
   * last, so that their clients need not wait for it. What the handler does goes on. For one thread
   * at a time; never waits.
   *
   * @param which requests, which must only be looked at
   * @param reason for the log
   */
  public void endStuck(Predicate<ApiMessage> which, String reason) {
    Map<ClientConnection, PendingCall> now = new HashMap<>();
    for (ClientConnection connection : open()) {
      Requests.Incoming incoming = connection.underWay();
      if (incoming != null && which.test(incoming.request())) {
        now.put(connection, incoming.call());
        if (incoming.call().equals(underWay.get(connection))) {
          connection.end(reason);
        }
      }
    }
    underWay = now;
  }

  /** What was under way when {@link #endStuck} looked last is no longer of interest. */
  public void forgetStuck() {
    underWay = Map.of();
  }

  // --- closing

  /**
   * Takes no more connections, gives the answers under way a short time to be given and sent, and
   * ends the connections. Returns when all threads are done; safe to repeat.
   */
  @Override
  public void close() {
    listeners.close();
    if (setClosed()) {
      open().forEach(ClientConnection::drain);
      awaitGone(world.clock().nanoTime() + DRAIN_NANOS);
      open().forEach(ClientConnection::end);
      awaitAllGone();
      threads.forEach(WorldThread::join);
      pool.close();
    }
  }

  private boolean setClosed() {
    monitor.lock();
    try {
      boolean first = !closed;
      closed = true;
      monitor.signalAll();
      return first;
    } finally {
      monitor.unlock();
    }
  }

  private List<ClientConnection> open() {
    monitor.lock();
    try {
      return List.copyOf(connections.keySet());
    } finally {
      monitor.unlock();
    }
  }

  private void awaitGone(long deadlineNanos) {
    monitor.lock();
    try {
      boolean waiting = true;
      while (!connections.isEmpty() && waiting) {
        waiting = monitor.awaitUntil(deadlineNanos);
      }
    } finally {
      monitor.unlock();
    }
  }

  private void awaitAllGone() {
    monitor.lock();
    try {
      while (!connections.isEmpty()) {
        monitor.await();
      }
    } finally {
      monitor.unlock();
    }
  }
}
