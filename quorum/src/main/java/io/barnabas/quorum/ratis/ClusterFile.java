package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Which cluster a directory belongs to, on disk before Ratis hears of it: Ratis itself keeps the
 * members that a group begins with only in memory until the group has a leader.
 *
 * @param self whose directory it is
 * @param voters those that the group began with, or had when this node joined
 * @param begun whether Ratis has made its own directory
 */
record ClusterFile(UUID clusterId, QuorumMember self, List<QuorumMember> voters, boolean begun) {
  private static final String NAME = "cluster.properties";
  private static final String SELF = "self";
  private static final String CLUSTER_ID = "cluster.id";
  private static final String VOTERS = "voters";
  private static final String BEGUN = "begun";

  ClusterFile {
    voters = List.copyOf(voters);
  }

  static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(NAME));
  }

  /** Nothing if the directory belongs to no cluster. */
  static Optional<ClusterFile> read(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    properties.load(new java.io.StringReader(Files.readString(file, StandardCharsets.UTF_8)));
    try {
      List<QuorumMember> voters = new ArrayList<>();
      for (String voter : value(properties, VOTERS, file).split(",", -1)) {
        voters.add(member(voter));
      }
      return Optional.of(
          new ClusterFile(
              UUID.fromString(value(properties, CLUSTER_ID, file)),
              member(value(properties, SELF, file)),
              voters,
              Boolean.parseBoolean(value(properties, BEGUN, file))));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("%s is damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String value(Properties properties, String name, Path file) throws IOException {
    String value = properties.getProperty(name);
    if (value == null) {
      throw new IOException("%s is damaged: no %s".formatted(file, name));
    }
    return value;
  }

  ClusterFile asBegun() {
    return new ClusterFile(clusterId, self, voters, true);
  }

  /** Replaces the file, and forces it. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(NAME);
    Path unfinished = directory.resolve(NAME + ".unfinished");
    String text =
        CLUSTER_ID
            + "="
            + clusterId
            + "\n"
            + SELF
            + "="
            + text(self)
            + "\n"
            + VOTERS
            + "="
            + String.join(",", voters.stream().map(ClusterFile::text).toList())
            + "\n"
            + BEGUN
            + "="
            + begun
            + "\n";
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    SnapshotFiles.forceDirectory(directory);
  }

  /** The directory of Ratis's own. */
  Path raftDirectory(Path directory) {
    return directory.resolve(clusterId.toString());
  }

  /** Whether Ratis's log and vote are there. */
  boolean hasState(Path directory) {
    return Files.isDirectory(raftDirectory(directory).resolve("current"));
  }

  /**
   * Puts a snapshot directory back that Ratis was about to replace when it was stopped: between its
   * two renames there is none.
   */
  void repair(Path directory) throws IOException {
    Path raft = raftDirectory(directory);
    Path states = raft.resolve("sm");
    if (!Files.isDirectory(raft) || Files.exists(states)) {
      return;
    }
    try (Stream<Path> siblings = Files.list(raft)) {
      Optional<Path> moved =
          siblings
              .filter(path -> String.valueOf(path.getFileName()).startsWith("sm.tmp"))
              .max(java.util.Comparator.naturalOrder());
      if (moved.isPresent()) {
        Files.move(moved.get(), states, StandardCopyOption.ATOMIC_MOVE);
        SnapshotFiles.forceDirectory(raft);
      }
    }
  }

  private static String text(QuorumMember member) {
    return "%d/%s/%s:%d"
        .formatted(member.nodeId(), member.directoryId(), member.host(), member.port());
  }

  private static QuorumMember member(String text) {
    int colon = text.lastIndexOf(':');
    String[] parts = text.substring(0, colon).split("/", 3);
    return new QuorumMember(
        Integer.parseInt(parts[0]),
        UUID.fromString(parts[1]),
        parts[2],
        Integer.parseInt(text.substring(colon + 1)));
  }
}
