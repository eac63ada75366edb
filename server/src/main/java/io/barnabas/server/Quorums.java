package io.barnabas.server;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.SingleNodeOptions;
import io.barnabas.quorum.SingleNodeQuorum;
import io.barnabas.quorum.ratis.RatisOptions;
import io.barnabas.quorum.ratis.RatisQuorum;
import io.barnabas.quorum.ratis.RatisTls;
import io.barnabas.quorum.ratis.RatisTuning;
import io.barnabas.server.control.DirectoryIdentity;
import io.barnabas.server.control.NewIds;
import io.barnabas.server.settings.ClusterSettings;
import io.barnabas.server.settings.ListenerAddress;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.Uuid;

/** The quorums that ship: over Apache Ratis if there are voters, else of this node alone. */
final class Quorums implements QuorumFactory {
  /** Beside the partitions' folders, whose names all end with a number. */
  private static final String ALONE_FOLDER = "quorum";

  private static final String FOLDER = "raft";

  @Override
  public Opened open(World world, NodeSettings settings, DirectoryIdentity identity)
      throws IOException, StartupException {
    boolean among = settings.cluster().hasQuorum();
    Path path = settings.logDir();
    if (world.disk().exists(path.resolve(among ? ALONE_FOLDER : FOLDER))) {
      throw new StartupException(
          among
              ? "The data in %s is of a cluster of one node, which cannot join those in"
                      .formatted(path)
                  + " controller.quorum.voters."
              : "The data in %s is of a cluster of several nodes: set controller.quorum.voters."
                  .formatted(path));
    }
    if (among) {
      refuseIfForgotten(path, identity);
    }
    return among ? several(world, settings, identity) : alone(world, settings, identity);
  }

  /**
   * A directory is told its cluster only after the quorum's part of it knows it. A node that has
   * lost that part must not vote again under the same name: it might take back what it promised.
   */
  private static void refuseIfForgotten(Path path, DirectoryIdentity identity)
      throws StartupException {
    if (identity.clusterId().isPresent() && !RatisQuorum.isKnownIn(path.resolve(FOLDER))) {
      throw new StartupException(
          ("The data in %s is of cluster %s, but %s is gone, in which this node kept what it"
                  + " promised to the other voters: restore %s as it was last, or empty the whole"
                  + " data directory, not only a part of it, so that the node joins as a new one.")
              .formatted(path, identity.clusterId().get(), path.resolve(FOLDER), FOLDER));
    }
  }

  private static Opened several(World world, NodeSettings settings, DirectoryIdentity identity)
      throws IOException, StartupException {
    RatisQuorum quorum = RatisQuorum.open(world, options(world, settings, identity));
    boolean founded = false;
    try {
      UUID id = quorum.founded().join();
      founded = true;
      return new Opened(
          quorum, new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()).toString());
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw new StartupException(StartupException.sentence(cause), cause);
      }
      throw e;
    } finally {
      if (!founded) {
        quorum.close();
      }
    }
  }

  private static RatisOptions options(
      World world, NodeSettings settings, DirectoryIdentity identity) throws StartupException {
    ClusterSettings cluster = settings.cluster();
    ListenerAddress bound = cluster.quorumListener().orElseThrow();
    ListenerAddress told = cluster.quorumAddress().orElseThrow();
    RatisTuning usual = RatisTuning.defaults();
    Optional<RatisTls> tls =
        cluster.tls().isPresent()
            ? Optional.of(QuorumTls.load(cluster.tls().get()))
            : Optional.empty();
    return new RatisOptions(
        settings.logDir().resolve(FOLDER),
        settings.nodeId(),
        uuid(identity.directoryId()),
        () -> uuid(NewIds.draw(world.randomness())),
        clusterId(settings, identity),
        bound.host(),
        bound.port(),
        told.host(),
        told.port(),
        cluster.voters().stream()
            .map(each -> new RatisOptions.Voter(each.nodeId(), each.host(), each.port()))
            .toList(),
        tls,
        new RatisTuning(
            cluster.electionTimeoutMs(),
            2 * cluster.electionTimeoutMs(),
            usual.snapshotAfterEntries(),
            cluster.snapshotBytes(),
            usual.keptEntries(),
            usual.maxEntryBytes()));
  }

  /** If the node or its directory says one. */
  private static Optional<UUID> clusterId(NodeSettings settings, DirectoryIdentity identity)
      throws StartupException {
    Optional<String> said = identity.clusterId().or(settings::clusterId);
    try {
      return said.map(Uuid::fromString).map(Quorums::uuid);
    } catch (IllegalArgumentException e) {
      throw new StartupException(
          ("The setting cluster.id must be 22 characters as a cluster draws them, such as"
                  + " iyTk3ZqORyeKZjkWMZsPDg, in a cluster of several nodes; not %s.")
              .formatted(said.orElse("")),
          e);
    }
  }

  private static UUID uuid(Uuid id) {
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  private static Opened alone(World world, NodeSettings settings, DirectoryIdentity identity)
      throws IOException {
    ListenerAddress told = settings.advertisedListeners().getFirst();
    QuorumMember self =
        new QuorumMember(settings.nodeId(), uuid(identity.directoryId()), told.host(), told.port());
    Path folder = settings.logDir().resolve(ALONE_FOLDER);
    return new Opened(
        SingleNodeQuorum.open(world, self, folder, SingleNodeOptions.defaults()),
        identity.clusterId().orElseThrow());
  }
}
