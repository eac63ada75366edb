package io.barnabas.server;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.SingleNodeOptions;
import io.barnabas.quorum.SingleNodeQuorum;
import io.barnabas.server.control.DirectoryIdentity;
import io.barnabas.server.settings.ListenerAddress;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** The quorums that ship: of this node alone, without the setting for several. */
final class Quorums implements QuorumFactory {
  /** Beside the partitions' folders, whose names all end with a number. */
  private static final String ALONE_FOLDER = "quorum";

  @Override
  public Opened open(World world, NodeSettings settings, DirectoryIdentity identity)
      throws IOException, StartupException {
    if (settings.cluster().hasQuorum()) {
      throw new StartupException(
          "The setting controller.quorum.voters cannot be used: there is no quorum of several nodes"
              + " in this build.");
    }
    return alone(world, settings, identity);
  }

  private static Opened alone(World world, NodeSettings settings, DirectoryIdentity identity)
      throws IOException {
    ListenerAddress told = settings.advertisedListeners().getFirst();
    QuorumMember self =
        new QuorumMember(
            settings.nodeId(),
            new UUID(
                identity.directoryId().getMostSignificantBits(),
                identity.directoryId().getLeastSignificantBits()),
            told.host(),
            told.port());
    Path folder = settings.logDir().resolve(ALONE_FOLDER);
    return new Opened(
        SingleNodeQuorum.open(world, self, folder, SingleNodeOptions.defaults()),
        identity.clusterId().orElseThrow());
  }
}
