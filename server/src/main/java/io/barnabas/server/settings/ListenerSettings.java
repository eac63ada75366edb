package io.barnabas.server.settings;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a node listens and what it tells others of that, checked.
 *
 * @param listeners for requests, at least one, each name once
 * @param advertised what clients are told: the same names
 * @param quorumName the listener that takes the quorum's traffic, which is not for requests
 * @param quorum its address, if it is among the listeners
 * @param quorumAdvertised what other nodes are told of it, likewise
 * @param quorumProtocol the security protocol of that traffic
 * @param protocols the security protocols by the listeners' names, also of listeners that there are
 *     not
 */
record ListenerSettings(
    List<ListenerAddress> listeners,
    List<ListenerAddress> advertised,
    String quorumName,
    Optional<ListenerAddress> quorum,
    Optional<ListenerAddress> quorumAdvertised,
    String quorumProtocol,
    Map<String, String> protocols) {
  private static final String PLAINTEXT = "PLAINTEXT";
  private static final String SSL = "SSL";
  private static final String PROTOCOLS = "listener.security.protocol.map";

  /**
   * Reads them.
   *
   * @param given the names of the settings that have no default value
   */
  static ListenerSettings read(Values values, Set<String> given) throws SettingsException {
    List<ListenerAddress> all = addresses(values, "listeners");
    List<ListenerAddress> told = addresses(values, "advertised.listeners");
    String quorumName = quorumName(values);
    List<ListenerAddress> listeners = without(quorumName, all);
    List<ListenerAddress> advertised = without(quorumName, told);
    ListenerSettings settings =
        new ListenerSettings(
            listeners,
            advertised.isEmpty() ? listeners : advertised,
            quorumName,
            only(quorumName, all),
            only(quorumName, told).or(() -> only(quorumName, all)),
            quorumProtocol(quorumName, protocols(values), given.contains(PROTOCOLS)),
            Map.copyOf(protocols(values)));
    settings.checkListeners();
    settings.checkAdvertised();
    return settings;
  }

  private static String quorumName(Values values) throws SettingsException {
    List<String> names = values.list("controller.listener.names");
    if (names.size() != 1 || names.getFirst().isEmpty()) {
      throw new SettingsException(
          "The setting controller.listener.names must be one name, as the cluster's metadata is"
              + " taken at one address.");
    }
    return names.getFirst().toUpperCase(Locale.ROOT);
  }

  private static List<ListenerAddress> without(String name, List<ListenerAddress> addresses) {
    return addresses.stream().filter(address -> !address.name().equals(name)).toList();
  }

  private static Optional<ListenerAddress> only(String name, List<ListenerAddress> addresses) {
    return addresses.stream().filter(address -> address.name().equals(name)).findFirst();
  }

  /** As in Kafka, only those who say nothing of protocols need not say that of the quorum. */
  private static String quorumProtocol(String name, Map<String, String> protocols, boolean given) {
    return protocols.getOrDefault(name, given ? name : PLAINTEXT);
  }

  private void checkListeners() throws SettingsException {
    if (listeners.isEmpty()) {
      throw new SettingsException(
          quorum.isEmpty()
              ? "The setting listeners names no address."
              : "The setting listeners names no address but that of " + quorumName + ".");
    }
    for (ListenerAddress listener : listeners) {
      String protocol = protocols.get(listener.name());
      if (!PLAINTEXT.equals(protocol) && !SSL.equals(protocol)) {
        throw new SettingsException(
            "The listener %s has the security protocol %s; only PLAINTEXT and SSL are served."
                .formatted(listener.name(), protocol == null ? listener.name() : protocol));
      }
    }
  }

  /** Whether the traffic of one of the listeners is protected. */
  boolean isProtected(String listener) {
    return SSL.equals(protocols.get(listener));
  }

  private void checkAdvertised() throws SettingsException {
    Set<String> names = listeners.stream().map(ListenerAddress::name).collect(Collectors.toSet());
    Set<String> told = advertised.stream().map(ListenerAddress::name).collect(Collectors.toSet());
    if (!names.equals(told)) {
      throw new SettingsException(
          "The settings listeners and advertised.listeners must name the same listeners.");
    }
    for (ListenerAddress address : advertised) {
      if (address.isAnyAddress()) {
        throw new SettingsException(
            "Clients cannot connect to %s: set advertised.listeners to an address they can reach."
                .formatted(address));
      }
    }
  }

  private static List<ListenerAddress> addresses(Values values, String setting)
      throws SettingsException {
    List<ListenerAddress> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String text : values.list(setting)) {
      Optional<ListenerAddress> address = ListenerAddress.parse(text);
      if (address.isEmpty()) {
        throw new SettingsException(
            "The setting %s must be like NAME://host:port, not %s.".formatted(setting, text));
      }
      if (!names.add(address.get().name())) {
        throw new SettingsException(
            "The setting %s names %s twice.".formatted(setting, address.get().name()));
      }
      found.add(address.get());
    }
    return List.copyOf(found);
  }

  private static Map<String, String> protocols(Values values) throws SettingsException {
    Map<String, String> protocols = new LinkedHashMap<>();
    for (String entry : values.list(PROTOCOLS)) {
      String[] parts = entry.split(":", -1);
      if (parts.length != 2 || protocols.put(parts[0].trim(), parts[1].trim()) != null) {
        throw new SettingsException(
            "The setting listener.security.protocol.map must be like NAME:PROTOCOL, each name once,"
                + " not "
                + entry
                + ".");
      }
    }
    return protocols;
  }
}
