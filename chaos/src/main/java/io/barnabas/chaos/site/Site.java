package io.barnabas.chaos.site;

import io.barnabas.chaos.plan.Fault;
import io.barnabas.conformance.NodeHost;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the nodes of a cluster live. Any thread. */
public final class Site implements Closeable {
  private final @Nullable Network network;
  private final @Nullable Disks disks;

  private Site(@Nullable Network network, @Nullable Disks disks) {
    this.network = network;
    this.disks = disks;
  }

  /**
   * Makes what is needed.
   *
   * @param directory for the nodes, empty
   * @param needs of the faults that will be made
   * @param diskMiB how large each node's disk is, if it has its own
   */
  public static Site create(Path directory, int nodes, Set<Fault.Needs> needs, int diskMiB)
      throws IOException, InterruptedException {
    Network network = needs.contains(Fault.Needs.NETWORK) ? Network.create(nodes) : null;
    try {
      return new Site(
          network,
          needs.contains(Fault.Needs.DISK) ? Disks.create(directory, nodes, diskMiB) : null);
    } catch (IOException | InterruptedException e) {
      if (network != null) {
        network.close();
      }
      throw e;
    }
  }

  /** Whether this process may make networks and disks. */
  public static boolean isRoot() {
    return System.getProperty("user.name", "").equals("root")
        && System.getProperty("os.name", "").equals("Linux");
  }

  /** Where a node's process runs. */
  public NodeHost host(int node) {
    return network == null ? NodeHost.LOCAL : network.host(node);
  }

  /** The nodes' network, if it is one of their own. */
  public Optional<Network> network() {
    return Optional.ofNullable(network);
  }

  /** The nodes' disks, if they have some of their own. */
  public Optional<Disks> disks() {
    return Optional.ofNullable(disks);
  }

  /** Ends what would keep processes from ending. */
  public void release() throws IOException {
    if (disks != null) {
      disks.releaseAll();
    }
  }

  /** Takes everything away; the nodes have ended. */
  @Override
  public void close() throws IOException {
    try {
      if (disks != null) {
        disks.close();
      }
    } finally {
      if (network != null) {
        network.close();
      }
    }
  }
}
