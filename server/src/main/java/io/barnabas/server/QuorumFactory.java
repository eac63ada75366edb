package io.barnabas.server;

import io.barnabas.quorum.Quorum;
import io.barnabas.server.control.DirectoryIdentity;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import java.io.IOException;

/** Makes the quorum by which a node agrees with others. */
@FunctionalInterface
public interface QuorumFactory {
  /**
   * Opens this node's part of the quorum; it is not started yet. May wait until enough of the other
   * nodes are there to know which cluster it is. For a platform thread.
   *
   * @param identity whose the data directory is
   * @throws IOException with a message for the operator
   * @throws StartupException if the data directory is not one for these settings
   */
  Opened open(World world, NodeSettings settings, DirectoryIdentity identity)
      throws IOException, StartupException;

  /**
   * A quorum.
   *
   * @param clusterId the cluster that it is of
   */
  record Opened(Quorum quorum, String clusterId) {}
}
