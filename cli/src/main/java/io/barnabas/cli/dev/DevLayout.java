package io.barnabas.cli.dev;

import io.barnabas.cli.WrongUsageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the nodes of a cluster find on disk: a settings file for each, with ports that stay. */
final class DevLayout {
  static final int DEFAULT_NODES = 3;
  static final int MAX_NODES = 5;

  /** The file by which a data directory is known. */
  private static final String DATA_MARK = "meta.properties";

  private static final String HOST = "127.0.0.1";
  private static final int USUAL_PORT = 9092;
  private static final int MAX_PORT = 65_535;

  private DevLayout() {}

  /**
   * The nodes of a directory: those that are there, or new ones.
   *
   * @param nodes how many; empty means as many as there are, or {@link #DEFAULT_NODES}
   * @param port of the first new node, the others have those that follow; empty means the usual
   *     ones if they are free, else any
   */
  static List<DevMember> open(Path directory, OptionalInt nodes, OptionalInt port)
      throws IOException {
    int existing = existing(directory);
    if (existing == 0) {
      if (Files.exists(directory.resolve(DATA_MARK))) {
        throw new WrongUsageException(
            "%s is the data directory of a node: give the cluster a directory of its own."
                .formatted(directory));
      }
      return create(directory, nodes.orElse(DEFAULT_NODES), port);
    }
    if (port.isPresent()) {
      throw new WrongUsageException(
          "The cluster in %s has its ports already: leave --port away.".formatted(directory));
    }
    if (nodes.orElse(existing) != existing) {
      throw new WrongUsageException(
          "The cluster in %s has %d nodes: leave --nodes away.".formatted(directory, existing));
    }
    return members(directory, existing);
  }

  private static int existing(Path directory) {
    int count = 0;
    while (Files.exists(DevMember.settings(directory, count + 1))) {
      count++;
    }
    return count;
  }

  private static List<DevMember> members(Path directory, int nodes) {
    return IntStream.rangeClosed(1, nodes).mapToObj(id -> DevMember.of(directory, id)).toList();
  }

  private static List<DevMember> create(Path directory, int nodes, OptionalInt port)
      throws IOException {
    if (nodes < 1 || nodes > MAX_NODES) {
      throw new WrongUsageException("There can be 1 to %d nodes.".formatted(MAX_NODES));
    }
    List<Integer> ports = ports(2 * nodes, port);
    List<Integer> clients = ports.subList(0, nodes);
    List<Integer> quorum = ports.subList(nodes, 2 * nodes);
    String voters =
        IntStream.range(0, nodes)
            .mapToObj(i -> "%d@%s:%d".formatted(i + 1, HOST, quorum.get(i)))
            .collect(Collectors.joining(","));
    Files.createDirectories(directory);
    // The last first, so that a directory in which this was cut short counts as a new one.
    for (int id = nodes; id >= 1; id--) {
      List<String> lines = new ArrayList<>();
      lines.add("node.id=" + id);
      String listener = "PLAINTEXT://%s:%d".formatted(HOST, clients.get(id - 1));
      if (nodes == 1) {
        lines.add("listeners=" + listener);
      } else {
        lines.add("listeners=%s,CONTROLLER://%s:%d".formatted(listener, HOST, quorum.get(id - 1)));
        lines.add("controller.quorum.voters=" + voters);
      }
      lines.add("log.dirs=" + escaped(DevMember.data(directory, id)));
      lines.add("default.replication.factor=" + Math.min(3, nodes));
      lines.add("min.insync.replicas=" + (nodes >= 3 ? 2 : 1));
      Files.write(DevMember.settings(directory, id), lines);
    }
    return members(directory, nodes);
  }

  /** As properties files want it. */
  private static String escaped(Path path) {
    return path.toString().replace("\\", "\\\\");
  }

  private static List<Integer> ports(int count, OptionalInt first) throws IOException {
    if (first.isPresent()) {
      if (first.getAsInt() < 1 || first.getAsInt() + count - 1 > MAX_PORT) {
        throw new WrongUsageException(
            "The option --port must leave room for %d ports below %d."
                .formatted(count, MAX_PORT + 1));
      }
      return following(count, first.getAsInt());
    }
    List<Integer> usual = following(count, USUAL_PORT);
    return areFree(usual) ? usual : free(count);
  }

  private static List<Integer> following(int count, int first) {
    return IntStream.range(first, first + count).boxed().toList();
  }

  private static boolean areFree(List<Integer> ports) throws IOException {
    List<ServerSocket> taken = new ArrayList<>();
    try {
      for (int port : ports) {
        taken.add(bound(port));
      }
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      close(taken);
    }
  }

  private static List<Integer> free(int count) throws IOException {
    List<ServerSocket> taken = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        taken.add(bound(0));
      }
      return taken.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      close(taken);
    }
  }

  private static ServerSocket bound(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void close(List<ServerSocket> sockets) throws IOException {
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }
}
