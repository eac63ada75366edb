package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Who this node is, and where the quorum's voters are.
 *
 * @param directory of the quorum alone; made if it is not there
 * @param nodeId 0 or more
 * @param directoryId drawn once for the node's data directory; goes with the disk
 * @param newClusterId draws one for a cluster that is founded without being given one
 * @param clusterId that of a cluster that is founded; one that exists already must have the same
 * @param bindHost the interface to listen at, empty for all
 * @param bindPort 1 to 65535
 * @param host where the other nodes reach this one
 * @param port likewise
 * @param voters those that found the cluster, one to five, perhaps without this node; later on only
 *     the addresses to ask
 * @param tls for all traffic in both directions; plain text without it
 * @param tuning bounds and times
 */
public record RatisOptions(
    Path directory,
    int nodeId,
    UUID directoryId,
    Supplier<UUID> newClusterId,
    Optional<UUID> clusterId,
    String bindHost,
    int bindPort,
    String host,
    int port,
    List<Voter> voters,
    Optional<RatisTls> tls,
    RatisTuning tuning) {
  /** Checks and copies the voters. */
  public RatisOptions {
    voters = List.copyOf(voters);
    if (voters.isEmpty() || voters.size() > io.barnabas.quorum.Quorum.MAX_VOTERS) {
      throw new IllegalArgumentException("One to five voters, not " + voters.size());
    }
    if (voters.stream().map(Voter::nodeId).distinct().count() < voters.size()) {
      throw new IllegalArgumentException("A node is a voter twice: " + voters);
    }
  }

  /**
   * A voter that the settings name.
   *
   * @param host where the quorum's traffic reaches it
   */
  public record Voter(int nodeId, String host, int port) {
    @Override
    public String toString() {
      return "%d@%s:%d".formatted(nodeId, host, port);
    }
  }

  /** The voters that the settings name, whose directories are not known. */
  List<QuorumMember> namedVoters() {
    return voters.stream()
        .map(voter -> new QuorumMember(voter.nodeId(), new UUID(0, 0), voter.host(), voter.port()))
        .toList();
  }

  /** Whether the settings name this node as a voter. */
  boolean namesSelf() {
    return voters.stream().anyMatch(voter -> voter.nodeId() == nodeId);
  }
}
