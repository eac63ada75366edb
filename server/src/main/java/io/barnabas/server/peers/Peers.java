package io.barnabas.server.peers;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Sends requests to other nodes for one purpose, such as heartbeats: what is sent for another one
 * goes over connections of its own, so that neither waits for the other. To each peer there is one
 * connection; it is opened when something is to be sent, and closed when it is idle for long.
 * Requests to one peer are sent in the order in which they come, without waiting for replies; these
 * come in the same order. One that is late ends the connection only if no others come either.
 * Thread-safe; nothing is ever sent twice.
 */
public final class Peers implements AutoCloseable {
  private final World world;
  private final String purpose;
  private final PeerLimits limits;
  private final Monitor monitor;

  // Under the monitor.
  private final Map<InetSocketAddress, PeerConnection> connections = new HashMap<>();
  private boolean closed;

  /**
   * Has no connections yet.
   *
   * @param purpose names the threads, and this node to its peers as the client id
   */
  public Peers(World world, String purpose, PeerLimits limits) {
    this.world = world;
    this.purpose = purpose;
    this.limits = limits;
    monitor = world.threads().newMonitor();
  }

  /**
   * Sends a request. Never waits.
   *
   * @param request serialised before this returns
   * @param timeoutMs how long the reply may take, opening the connection included
   * @return the reply; or a {@link NotSentException} if nothing was sent, or another {@link
   *     IOException} if it is not known whether it was carried out. Completed by one of the
   *     connection's threads or the clock's, which must not be held up
   * @throws org.apache.kafka.common.errors.UnsupportedVersionException if the request has what its
   *     version cannot say
   */
  public CompletableFuture<ApiMessage> send(
      Endpoint to, ApiKeys api, short version, ApiMessage request, int timeoutMs) {
    return send(to, Exchange.of(api, version, purpose, request, Optional.empty()), timeoutMs);
  }

  /**
   * The same, with a reply whose records and byte buffers are in the memory given. A reply that is
   * late ends the connection.
   *
   * @param memory not in use by another request; its reply refers to it until the next one is sent
   */
  public CompletableFuture<ApiMessage> send(
      Endpoint to,
      ApiKeys api,
      short version,
      ApiMessage request,
      int timeoutMs,
      ReplyBuffer memory) {
    return send(to, Exchange.of(api, version, purpose, request, Optional.of(memory)), timeoutMs);
  }

  private CompletableFuture<ApiMessage> send(Endpoint to, Exchange exchange, int timeoutMs) {
    InetSocketAddress address = InetSocketAddress.createUnresolved(to.host(), to.port());
    monitor.lock();
    try {
      if (closed) {
        return CompletableFuture.failedFuture(new NotSentException("The node is stopping"));
      }
      PeerConnection present = connections.get(address);
      if (present == null || !present.offer(exchange, timeoutMs)) {
        PeerConnection opened = new PeerConnection(world, address, limits);
        connections.put(address, opened);
        opened.offer(exchange, timeoutMs);
        opened.start(
            "%s-%s:%d".formatted(purpose, to.host(), to.port()), () -> ended(address, opened));
      }
      return exchange.reply();
    } finally {
      monitor.unlock();
    }
  }

  private void ended(InetSocketAddress address, PeerConnection connection) {
    monitor.lock();
    try {
      connections.remove(address, connection);
    } finally {
      monitor.unlock();
    }
  }

  /** How many connections are open or being opened. */
  public int connectionCount() {
    monitor.lock();
    try {
      return connections.size();
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Ends all connections, and what waits for them. Nothing of them runs any more when it returns;
   * not for a thread that completes a reply.
   */
  @Override
  public void close() {
    List<PeerConnection> open;
    monitor.lock();
    try {
      closed = true;
      open = List.copyOf(connections.values());
    } finally {
      monitor.unlock();
    }
    open.forEach(PeerConnection::close);
  }
}
