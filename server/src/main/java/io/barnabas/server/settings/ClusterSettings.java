package io.barnabas.server.settings;

import java.util.List;
import java.util.Optional;

/**
 * How a node is part of a cluster. Immutable.
 *
 * @param voters the controllers at the cluster's beginning, by id; none if this node is the whole
 *     cluster
 * @param quorumListener where this node takes the quorum's traffic, if there are voters
 * @param quorumAddress where others reach it with that
 * @param interBrokerListener the listener at which nodes reach each other with requests
 * @param electionTimeoutMs how long voters hear nothing of a leader before they choose another
 * @param snapshotBytes so much of the metadata's log makes a new snapshot of it due
 * @param tls how the quorum's traffic is protected; empty if it is not
 */
public record ClusterSettings(
    boolean isBroker,
    boolean isController,
    List<Voter> voters,
    Optional<ListenerAddress> quorumListener,
    Optional<ListenerAddress> quorumAddress,
    String interBrokerListener,
    int electionTimeoutMs,
    int snapshotBytes,
    int heartbeatIntervalMs,
    int sessionTimeoutMs,
    boolean controlledShutdown,
    Optional<TlsSettings> tls) {

  /** Copies the list. */
  public ClusterSettings {
    voters = List.copyOf(voters);
  }

  /** Whether there may be other nodes. */
  public boolean hasQuorum() {
    return !voters.isEmpty();
  }

  /**
   * A controller.
   *
   * @param nodeId 0 or more
   * @param host where other nodes reach it
   * @param port 1 to 65535
   */
  public record Voter(int nodeId, String host, int port) {}
}
