package io.barnabas.server;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.server.net.ListenerBinding;
import io.barnabas.server.settings.ListenerAddress;
import io.barnabas.server.settings.NodeSettings;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** Where a node listens, and where it tells clients to connect. */
final class Listening {
  private static final String PROTOCOL = "PLAINTEXT";

  private Listening() {}

  /** What to listen on, in the order of the settings. */
  static List<ListenerBinding> bindings(NodeSettings settings) throws StartupException {
    List<ListenerBinding> bindings = new ArrayList<>();
    for (ListenerAddress listener : settings.listeners()) {
      InetSocketAddress address =
          listener.host().isEmpty()
              ? new InetSocketAddress(listener.port())
              : new InetSocketAddress(listener.host(), listener.port());
      if (address.isUnresolved()) {
        throw new StartupException(
            "The host of the listener %s is not known on this machine.".formatted(listener));
      }
      bindings.add(new ListenerBinding(listener.name(), address));
    }
    return bindings;
  }

  /** This node, as a quorum of one. */
  static QuorumMember quorumMember(NodeSettings settings, Uuid directoryId) {
    ListenerAddress told = settings.advertisedListeners().getFirst();
    return new QuorumMember(
        settings.nodeId(),
        new UUID(directoryId.getMostSignificantBits(), directoryId.getLeastSignificantBits()),
        told.host(),
        told.port());
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
              return new Endpoint(told.name(), PROTOCOL, told.host(), port);
            })
        .toList();
  }
}
