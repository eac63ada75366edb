package io.barnabas.server;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.server.net.BoundListeners;
import io.barnabas.server.net.ListenerBinding;
import io.barnabas.server.settings.ListenerAddress;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.Network;
import io.barnabas.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a node listens, and where it tells clients to connect. */
final class Listening {
  private Listening() {}

  /**
   * Takes the ports, and sees that the quorum's can be taken, which opens it only later.
   *
   * @throws StartupException if one of them is not to be had
   */
  static BoundListeners bind(World world, NodeSettings settings, Networks networks)
      throws StartupException {
    List<ListenerBinding> forQuorum =
        settings.cluster().quorumListener().isPresent()
            ? List.of(binding(settings.cluster().quorumListener().get(), Optional.empty()))
            : List.of();
    List<ListenerBinding> bindings = new ArrayList<>();
    for (ListenerAddress listener : settings.listeners()) {
      bindings.add(binding(listener, Optional.of(networks.of(listener.name()))));
    }
    try {
      BoundListeners.bind(world, forQuorum).close();
      return BoundListeners.bind(world, bindings);
    } catch (IOException e) {
      throw new StartupException(StartupException.sentence(e), e);
    }
  }

  private static ListenerBinding binding(ListenerAddress listener, Optional<Network> network)
      throws StartupException {
    InetSocketAddress address =
        listener.host().isEmpty()
            ? new InetSocketAddress(listener.port())
            : new InetSocketAddress(listener.host(), listener.port());
    if (address.isUnresolved()) {
      throw new StartupException(
          "The host of the listener %s is not known on this machine.".formatted(listener));
    }
    return new ListenerBinding(listener.name(), address, network);
  }

  /**
   * What clients are told.
   *
   * @param bound the addresses that were really taken, in the order of the settings
   */
  static List<Endpoint> endpoints(NodeSettings settings, List<InetSocketAddress> bound) {
    Map<String, Integer> ports = new HashMap<>();
    for (int i = 0; i < bound.size(); i++) {
      ports.put(settings.listeners().get(i).name(), bound.get(i).getPort());
    }
    return settings.advertisedListeners().stream()
        .map(
            told -> {
              int port = told.port() == 0 ? ports.getOrDefault(told.name(), 0) : told.port();
              String protocol = settings.tls(told.name()).isPresent() ? "SSL" : "PLAINTEXT";
              return new Endpoint(told.name(), protocol, told.host(), port);
            })
        .toList();
  }
}
