package io.barnabas.server.control;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's file {@code meta.properties}, version 1.
 *
 * @param clusterId not there yet while the node has never been in touch with its cluster
 * @param directoryId older releases of Kafka did not write it
 */
record MetaProperties(Optional<String> clusterId, int nodeId, Optional<Uuid> directoryId) {
  static final String NAME = "meta.properties";

  private static final int MOST_BYTES = 64 * 1024;
  private static final String VERSION = "1";

  /**
   * The file in a directory, if there is one.
   *
   * @throws IOException if it is damaged or of another version; the message is for the operator
   */
  static Optional<MetaProperties> read(Disk disk, Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    if (!disk.exists(path)) {
      return Optional.empty();
    }
    Properties properties = load(disk, path);
    if (!VERSION.equals(get(path, properties, "version"))) {
      throw damaged(path, "its version is not " + VERSION, null);
    }
    try {
      Optional<Uuid> directoryId =
          Optional.ofNullable(properties.getProperty("directory.id")).map(Uuid::fromString);
      int nodeId = Integer.parseInt(get(path, properties, "node.id"));
      Optional<String> clusterId = Optional.ofNullable(properties.getProperty("cluster.id"));
      if (directoryId.isEmpty() || clusterId.filter(String::isEmpty).isPresent()) {
        get(path, properties, "cluster.id");
      }
      return Optional.of(new MetaProperties(clusterId, nodeId, directoryId));
    } catch (IllegalArgumentException e) {
      throw damaged(path, String.valueOf(e.getMessage()), e);
    }
  }

  private static Properties load(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.openForRead(path)) {
      if (file.size() > MOST_BYTES) {
        throw damaged(path, "it is too long", null);
      }
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      file.read(content, 0);
      Properties properties = new Properties();
      properties.load(new ByteArrayInputStream(content.array(), 0, content.position()));
      return properties;
    } catch (IllegalArgumentException e) {
      throw damaged(path, String.valueOf(e.getMessage()), e);
    }
  }

  private static String get(Path path, Properties properties, String name) throws IOException {
    String value = properties.getProperty(name, "");
    if (value.isEmpty()) {
      throw damaged(path, "it has no " + name, null);
    }
    return value;
  }

  /** Replaces the file; when this returns, it survives a power loss. */
  void write(Disk disk, Path directory) throws IOException {
    Path temporary = directory.resolve(NAME + ".tmp");
    disk.delete(temporary);
    try (DiskFile file = disk.openForAppend(temporary)) {
      file.append(ByteBuffer.wrap(content().getBytes(StandardCharsets.ISO_8859_1)));
      file.force();
    }
    disk.rename(temporary, directory.resolve(NAME));
    disk.forceDirectory(directory);
  }

  /** Sorted, and without the date that the JDK writes. */
  private String content() throws IOException {
    Properties properties = new Properties();
    properties.setProperty("version", VERSION);
    clusterId.ifPresent(id -> properties.setProperty("cluster.id", id));
    properties.setProperty("node.id", Integer.toString(nodeId));
    directoryId.ifPresent(id -> properties.setProperty("directory.id", id.toString()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    properties.store(bytes, null);
    return bytes
        .toString(StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .sorted()
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static IOException damaged(Path path, String how, @Nullable Exception cause) {
    return new IOException(
        "%s cannot be used: %s; restore it from a backup".formatted(path, how), cause);
  }
}
