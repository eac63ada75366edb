package io.barnabas.server.tls;

import io.barnabas.world.Connection;
import io.barnabas.world.Listener;
import io.barnabas.world.Network;
import io.barnabas.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protected streams: each is one of the world's with TLS in it. Those that this node opens are
 * agreed on before they are given out, and those that come in as soon as somebody reads from them.
 */
public final class TlsNetwork implements Network {
  private static final Logger LOG = LoggerFactory.getLogger(TlsNetwork.class);

  private static final long ACCEPTED_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MAX_HANDSHAKES = 1_000;

  private final World world;
  private final TlsEngines engines;
  private final Packets packets = new Packets();
  private final Handshakes opening;
  private final Handshakes accepting;

  /**
   * Why the last try failed, by address, so that it is said once: other nodes, so there are few.
   */
  private final Map<String, String> failures = new ConcurrentHashMap<>();

  /** Over the world's own network. */
  public TlsNetwork(World world, TlsEngines engines) {
    this.world = world;
    this.engines = engines;
    opening = new Handshakes(world, MAX_HANDSHAKES);
    accepting = new Handshakes(world, MAX_HANDSHAKES);
  }

  @Override
  public Listener listen(InetSocketAddress local) throws IOException {
    return new TlsListener(world.network().listen(local), this);
  }

  @Override
  public Connection connect(InetSocketAddress remote, long timeoutNanos) throws IOException {
    long begin = world.clock().nanoTime();
    Connection stream = world.network().connect(remote, timeoutNanos);
    long leftNanos = Math.max(0, timeoutNanos - (world.clock().nanoTime() - begin));
    SSLEngine engine = engines.client(remote.getHostString(), remote.getPort());
    TlsConnection connection = new TlsConnection(stream, engine, packets, opening, leftNanos);
    String address = remote.getHostString() + ":" + remote.getPort();
    boolean settled = false;
    try {
      connection.settle();
      settled = true;
      failures.remove(address);
    } catch (TlsException e) {
      tell(address, String.valueOf(e.getMessage()));
      throw e;
    } finally {
      if (!settled) {
        connection.close();
      }
    }
    return connection;
  }

  /** It is tried again and again. */
  private void tell(String address, String why) {
    if (!why.equals(failures.put(address, why))) {
      LOG.warn("The node cannot connect to {}: {}.", address, why);
    }
  }

  private Connection accepted(Connection stream) {
    InetSocketAddress remote = stream.remoteAddress();
    return new TlsConnection(
        stream,
        engines.server(remote.getHostString(), remote.getPort()),
        packets,
        accepting,
        ACCEPTED_LIMIT_NANOS);
  }

  private record TlsListener(Listener listener, TlsNetwork network) implements Listener {
    @Override
    public InetSocketAddress localAddress() {
      return listener.localAddress();
    }

    @Override
    public Connection accept() throws IOException {
      return network.accepted(listener.accept());
    }

    @Override
    public void close() {
      listener.close();
    }
  }
}
