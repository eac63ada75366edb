package io.barnabas.bench;

import io.barnabas.conformance.NodeHost;
import io.barnabas.conformance.faults.LoopDisk;
import io.barnabas.conformance.faults.NodeNetwork;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What each node of a cluster has to itself, as far as its faults need it. */
final class Machines implements Closeable {
  private static final int DISK_MIB = 1_024;

  private final Optional<NodeNetwork> network;

  /** By node, from the first; empty if they share one. */
  private final List<LoopDisk> disks = new ArrayList<>();

  private Machines(Optional<NodeNetwork> network) {
    this.network = network;
  }

  /**
   * Prepares them.
   *
   * @param directory an empty or absent one, where the nodes will have theirs
   */
  static Machines create(Path directory, int nodes, List<Fault> faults) throws IOException {
    boolean needsNetwork = faults.stream().anyMatch(Fault::needsNetwork);
    Machines machines =
        new Machines(needsNetwork ? Optional.of(NodeNetwork.create(nodes)) : Optional.empty());
    try {
      if (faults.stream().anyMatch(Fault::needsDisk)) {
        for (int id = 1; id <= nodes; id++) {
          Path node = Files.createDirectories(directory.resolve("node-" + id));
          machines.disks.add(LoopDisk.create(node.resolve("data"), DISK_MIB));
        }
      }
      return machines;
    } catch (IOException e) {
      machines.close();
      throw e;
    }
  }

  /** Where a node runs. */
  NodeHost host(int id) {
    return network.map(its -> new NodeHost(its.host(id), its.inside(id))).orElse(NodeHost.LOCAL);
  }

  /** The network that the nodes were given. */
  NodeNetwork network() {
    return network.orElseThrow();
  }

  /** The disk that a node was given. */
  LoopDisk disk(int id) {
    return disks.get(id - 1);
  }

  /** Removes all; the nodes must have ended. */
  @Override
  public void close() {
    disks.forEach(LoopDisk::close);
    network.ifPresent(NodeNetwork::close);
  }
}
