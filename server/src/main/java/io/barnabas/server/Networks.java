package io.barnabas.server;

import io.barnabas.server.settings.ListenerAddress;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.server.settings.TlsSettings;
import io.barnabas.server.tls.TlsEngines;
import io.barnabas.server.tls.TlsException;
import io.barnabas.server.tls.TlsNetwork;
import io.barnabas.world.Clock;
import io.barnabas.world.Disk;
import io.barnabas.world.Network;
import io.barnabas.world.Randomness;
import io.barnabas.world.Threads;
import io.barnabas.world.World;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Over what each listener's streams go: the world's own network, or TLS over that. */
final class Networks {
  private final World world;
  private final Map<String, Network> byListener;
  private final String forNodes;

  private Networks(World world, Map<String, Network> byListener, String forNodes) {
    this.world = world;
    this.byListener = Map.copyOf(byListener);
    this.forNodes = forNodes;
  }

  /**
   * Reads what TLS needs.
   *
   * @throws StartupException if it cannot be used
   */
  static Networks of(World world, NodeSettings settings) throws StartupException {
    Map<String, Network> byListener = new HashMap<>();
    for (ListenerAddress listener : settings.listeners()) {
      Optional<TlsSettings> tls = settings.tls(listener.name());
      try {
        byListener.put(
            listener.name(),
            tls.isPresent() ? new TlsNetwork(world, TlsEngines.load(tls.get())) : world.network());
      } catch (TlsException e) {
        throw new StartupException(StartupException.sentence(e), e);
      }
    }
    return new Networks(world, byListener, settings.cluster().interBrokerListener());
  }

  /** That of a listener for requests. */
  Network of(String listener) {
    return byListener.getOrDefault(listener, world.network());
  }

  /** The world in which this node connects to others. */
  World amongNodes() {
    return new Connecting(world, of(forNodes));
  }

  private record Connecting(World world, Network network) implements World {
    @Override
    public Clock clock() {
      return world.clock();
    }

    @Override
    public Threads threads() {
      return world.threads();
    }

    @Override
    public Disk disk() {
      return world.disk();
    }

    @Override
    public Randomness randomness() {
      return world.randomness();
    }
  }
}
