package io.barnabas.server.settings;

import io.barnabas.quorum.Quorum;
import io.barnabas.server.settings.ClusterSettings.Voter;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how a node is part of a cluster, and refuses what Kafka refuses. */
final class ClusterSettingsReader {
  private static final int MAX_PORT = 65_535;
  private static final Pattern VOTER =
      Pattern.compile("([0-9]{1,9})@(?:\\[([0-9A-Fa-f:.%]+)]|([^:/\\[\\]@]+)):([0-9]{1,5})");

  private final Values values;
  private final ListenerSettings listeners;
  private final TlsSettingsReader tls;
  private final int nodeId;

  private ClusterSettingsReader(Values values, ListenerSettings listeners, TlsSettingsReader tls) {
    this.values = values;
    this.listeners = listeners;
    this.tls = tls;
    nodeId = values.integer("node.id");
  }

  static ClusterSettings read(Values values, ListenerSettings listeners, TlsSettingsReader tls)
      throws SettingsException {
    return new ClusterSettingsReader(values, listeners, tls).read();
  }

  private ClusterSettings read() throws SettingsException {
    List<String> roles = values.list("process.roles");
    boolean isBroker = roles.contains("broker");
    boolean isController = roles.contains("controller");
    List<Voter> voters = voters();
    checkRoles(isBroker, isController, voters);
    Optional<ListenerAddress> quorumAddress = quorumAddress(voters);
    return new ClusterSettings(
        isBroker,
        isController,
        voters,
        voters.isEmpty() ? Optional.empty() : listeners.quorum().or(() -> quorumAddress),
        quorumAddress,
        interBrokerListener(),
        values.integer("controller.quorum.election.timeout.ms"),
        values.integer("metadata.log.max.record.bytes.between.snapshots"),
        values.integer("broker.heartbeat.interval.ms"),
        sessionTimeoutMs(),
        values.isOn("controlled.shutdown.enable"),
        voters.isEmpty() ? Optional.empty() : tls());
  }

  private List<Voter> voters() throws SettingsException {
    TreeMap<Integer, Voter> voters = new TreeMap<>();
    for (String text : values.list("controller.quorum.voters")) {
      Voter voter = voter(text);
      if (voters.put(voter.nodeId(), voter) != null) {
        throw new SettingsException(
            "The setting controller.quorum.voters names %d twice.".formatted(voter.nodeId()));
      }
    }
    if (voters.size() > Quorum.MAX_VOTERS) {
      throw new SettingsException(
          "The setting controller.quorum.voters names %d voters; there may be %d."
              .formatted(voters.size(), Quorum.MAX_VOTERS));
    }
    return List.copyOf(voters.values());
  }

  private static Voter voter(String text) throws SettingsException {
    Matcher matcher = VOTER.matcher(text);
    if (matcher.matches()) {
      String host = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
      int port = Integer.parseInt(matcher.group(4));
      boolean reachable = !new ListenerAddress("", host, port).isAnyAddress();
      if (reachable && port > 0 && port <= MAX_PORT) {
        return new Voter(Integer.parseInt(matcher.group(1)), host, port);
      }
    }
    throw new SettingsException(
        "The setting controller.quorum.voters must be like ID@host:port, with addresses that other"
            + " nodes can reach, not %s.".formatted(text));
  }

  private void checkRoles(boolean isBroker, boolean isController, List<Voter> voters)
      throws SettingsException {
    if (voters.isEmpty()) {
      if (!isBroker || !isController) {
        throw new SettingsException(
            "A node with one of the process.roles alone needs other nodes: set"
                + " controller.quorum.voters.");
      }
      return;
    }
    boolean votes = voters.stream().anyMatch(voter -> voter.nodeId() == nodeId);
    if (isController && !votes) {
      throw new SettingsException(
          ("The setting controller.quorum.voters does not name this node, %d, whose process.roles"
                  + " contain controller.")
              .formatted(nodeId));
    }
    if (!isController && votes) {
      throw new SettingsException(
          ("The setting controller.quorum.voters names this node, %d, whose process.roles do not"
                  + " contain controller.")
              .formatted(nodeId));
    }
  }

  /** Where others find this node, if there are others. */
  private Optional<ListenerAddress> quorumAddress(List<Voter> voters) throws SettingsException {
    if (voters.isEmpty()) {
      return Optional.empty();
    }
    String name = listeners.quorumName();
    Optional<ListenerAddress> asVoter =
        voters.stream()
            .filter(voter -> voter.nodeId() == nodeId)
            .findFirst()
            .map(voter -> new ListenerAddress(name, voter.host(), voter.port()));
    Optional<ListenerAddress> address = asVoter.or(listeners::quorumAdvertised);
    if (address.isEmpty()) {
      throw new SettingsException(
          ("The setting listeners must name an address for %s: this node, which is not a"
                  + " controller, takes the cluster's metadata there.")
              .formatted(name));
    }
    if (address.get().isAnyAddress()
        || address.get().port() == 0
        || listeners.quorum().map(ListenerAddress::port).filter(port -> port == 0).isPresent()) {
      throw new SettingsException(
          "Other nodes cannot connect to %s: its address must be one that they can reach."
              .formatted(listeners.quorum().orElse(address.get())));
    }
    return address;
  }

  private String interBrokerListener() throws SettingsException {
    Optional<String> asked = values.text("inter.broker.listener.name");
    if (asked.isEmpty()) {
      return listeners.listeners().getFirst().name();
    }
    String name = asked.get();
    if (name.equalsIgnoreCase(listeners.quorumName())) {
      throw new SettingsException(
          "The settings inter.broker.listener.name and controller.listener.names must not both name"
              + " %s.".formatted(name));
    }
    return listeners.listeners().stream()
        .map(ListenerAddress::name)
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(
            () ->
                new SettingsException(
                    "The setting inter.broker.listener.name is %s, which listeners does not name."
                        .formatted(name)));
  }

  private int sessionTimeoutMs() throws SettingsException {
    int session = values.integer("broker.session.timeout.ms");
    if (session < 2 * values.number("broker.heartbeat.interval.ms")) {
      throw new SettingsException(
          "The setting broker.session.timeout.ms must be at least twice"
              + " broker.heartbeat.interval.ms.");
    }
    return session;
  }

  private Optional<TlsSettings> tls() throws SettingsException {
    return switch (listeners.quorumProtocol()) {
      case "PLAINTEXT" -> Optional.empty();
      // Each of them shows a certificate to each other.
      case "SSL" -> Optional.of(tls.readForQuorum(listeners.quorumName()));
      default ->
          throw new SettingsException(
              "The listener %s has the security protocol %s; the cluster's metadata goes by"
                      .formatted(listeners.quorumName(), listeners.quorumProtocol())
                  + " PLAINTEXT or SSL.");
    };
  }
}
