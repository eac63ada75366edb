package io.barnabas.server.control;

import io.barnabas.server.settings.SettingsException;
import io.barnabas.world.Disk;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * Whose a data directory is. Kept in Kafka's {@code meta.properties} in the directory, so that a
 * node never starts on the data of another node or cluster.
 *
 * @param clusterId empty while the node has never been in touch with its cluster
 */
public record DirectoryIdentity(Optional<String> clusterId, int nodeId, Uuid directoryId) {
  private static final String LOST_AND_FOUND = "lost+found";

  /**
   * What a directory says; an empty one is given to this node first, and to a new cluster if none
   * is named. When this returns, it survives a power loss. For a platform thread, and while the
   * directory is held against other processes.
   *
   * @param directory must be there
   * @param clusterId the cluster that the node must belong to, if it was said
   * @throws SettingsException if the directory is another node's or another cluster's
   * @throws IOException if it holds data but does not say whose, or if the disk fails; the message
   *     is for the operator
   */
  public static DirectoryIdentity establish(
      World world, Path directory, int nodeId, Optional<String> clusterId)
      throws IOException, SettingsException {
    Optional<MetaProperties> found = find(world.disk(), directory, nodeId, clusterId);
    String cluster =
        found
            .flatMap(MetaProperties::clusterId)
            .or(() -> clusterId)
            .orElseGet(() -> NewIds.draw(world.randomness()).toString());
    return keep(world, directory, nodeId, found, Optional.of(cluster));
  }

  /**
   * The same for a node that learns only from others which cluster it is in, if its directory does
   * not know it yet: an empty one gets its own id, and {@link #in} has the cluster added.
   */
  public static DirectoryIdentity establishMember(
      World world, Path directory, int nodeId, Optional<String> clusterId)
      throws IOException, SettingsException {
    Optional<MetaProperties> found = find(world.disk(), directory, nodeId, clusterId);
    return keep(world, directory, nodeId, found, found.flatMap(MetaProperties::clusterId));
  }

  private static Optional<MetaProperties> find(
      Disk disk, Path directory, int nodeId, Optional<String> clusterId)
      throws IOException, SettingsException {
    // A killed process may have left the file seen now, yet not safe from a power loss.
    disk.forceDirectory(directory);
    Optional<MetaProperties> found = MetaProperties.read(disk, directory);
    if (found.isPresent()) {
      check(directory, found.get(), nodeId, clusterId);
    } else {
      refuseIfDataIsThere(disk, directory);
    }
    return found;
  }

  private static DirectoryIdentity keep(
      World world,
      Path directory,
      int nodeId,
      Optional<MetaProperties> found,
      Optional<String> cluster)
      throws IOException {
    Uuid id =
        found.flatMap(MetaProperties::directoryId).orElseGet(() -> NewIds.draw(world.randomness()));
    MetaProperties wanted = new MetaProperties(cluster, nodeId, Optional.of(id));
    if (!found.equals(Optional.of(wanted))) {
      wanted.write(world.disk(), directory);
    }
    return new DirectoryIdentity(cluster, nodeId, id);
  }

  /**
   * The same directory as one of this cluster, which it says from now on.
   *
   * @throws SettingsException if it is another cluster's
   */
  public DirectoryIdentity in(Disk disk, Path directory, String cluster)
      throws IOException, SettingsException {
    if (clusterId.isPresent()) {
      if (!clusterId.get().equals(cluster)) {
        throw new SettingsException(
            "The data in %s is of cluster %s, but the other nodes are of cluster %s."
                .formatted(directory, clusterId.get(), cluster));
      }
      return this;
    }
    new MetaProperties(Optional.of(cluster), nodeId, Optional.of(directoryId))
        .write(disk, directory);
    return new DirectoryIdentity(Optional.of(cluster), nodeId, directoryId);
  }

  private static void check(
      Path directory, MetaProperties found, int nodeId, Optional<String> clusterId)
      throws SettingsException {
    if (found.nodeId() != nodeId) {
      throw new SettingsException(
          "The setting node.id is %d, but the data in %s is that of node %d."
              .formatted(nodeId, directory, found.nodeId()));
    }
    Optional<String> kept = found.clusterId();
    if (clusterId.isPresent() && kept.isPresent() && !clusterId.equals(kept)) {
      throw new SettingsException(
          "The setting cluster.id is %s, but the data in %s is of cluster %s."
              .formatted(clusterId.get(), directory, kept.get()));
    }
  }

  /** Partitions and the metadata's log are directories; a lock or checkpoint file is no data. */
  private static void refuseIfDataIsThere(Disk disk, Path directory) throws IOException {
    for (Path each : disk.list(directory)) {
      String name = each.toString();
      boolean ignored = name.startsWith(".") || name.equals(LOST_AND_FOUND);
      if (!ignored && disk.isDirectory(directory.resolve(each))) {
        throw new IOException(
            ("%s holds data (%s), but its file %s is missing; restore that file, or set log.dirs"
                    + " to an empty directory")
                .formatted(directory, name, MetaProperties.NAME));
      }
    }
  }
}
