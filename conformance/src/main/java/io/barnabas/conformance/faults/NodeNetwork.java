package io.barnabas.conformance.faults;

import java.io.Closeable;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network of its own for each of several nodes on this machine, numbered from 1: namespaces,
 * joined by a bridge that this machine is on too. Not for several threads.
 */
public final class NodeNetwork implements Closeable {
  private static final int MAX_NODES = 200;

  private final String name;
  private final String prefix;
  private final int nodes;
  private final Thread atExit;

  private NodeNetwork(String name, String prefix, int nodes) {
    this.name = name;
    this.prefix = prefix;
    this.nodes = nodes;
    this.atExit = new Thread(this::remove, "remove-network");
  }

  /** What keeps this machine from having one, as a sentence; empty if nothing does. */
  public static Optional<String> missing() {
    return SystemCommand.missing("ip");
  }

  /** Makes the namespaces and joins them. */
  public static NodeNetwork create(int nodes) throws IOException {
    if (nodes < 1 || nodes > MAX_NODES) {
      throw new IllegalArgumentException("a network of " + nodes + " nodes");
    }
    int third = freeNetwork();
    // Names of interfaces have at most 15 characters.
    String name = String.format(Locale.ROOT, "bn%d", third);
    NodeNetwork network = new NodeNetwork(name, "10.213.%d.".formatted(third), nodes);
    Runtime.getRuntime().addShutdownHook(network.atExit);
    try {
      network.build();
    } catch (IOException e) {
      network.close();
      throw e;
    }
    return network;
  }

  private static int freeNetwork() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      int third = ThreadLocalRandom.current().nextInt(1, 255);
      if (NetworkInterface.getByName("bn" + third) == null) {
        return third;
      }
    }
    throw new IOException("no network of 10.213.0.0/16 is free");
  }

  private void build() throws IOException {
    SystemCommand.run("ip", "link", "add", name, "type", "bridge");
    SystemCommand.run("ip", "addr", "add", prefix + "254/24", "dev", name);
    SystemCommand.run("ip", "link", "set", name, "up");
    for (int id = 1; id <= nodes; id++) {
      SystemCommand.run("ip", "netns", "add", namespace(id));
      SystemCommand.run(
          "ip",
          "link",
          "add",
          port(id),
          "type",
          "veth",
          "peer",
          "name",
          "eth0",
          "netns",
          namespace(id));
      SystemCommand.run("ip", "link", "set", port(id), "master", name, "up");
      SystemCommand.run("ip", "-n", namespace(id), "addr", "add", host(id) + "/24", "dev", "eth0");
      SystemCommand.run("ip", "-n", namespace(id), "link", "set", "eth0", "up");
      SystemCommand.run("ip", "-n", namespace(id), "link", "set", "lo", "up");
    }
  }

  private String namespace(int id) {
    return name + "-" + id;
  }

  private String port(int id) {
    return name + "p" + id;
  }

  /** The address of a node, for the others and for this machine. */
  public String host(int id) {
    return prefix + id;
  }

  /** What a command line begins with so that it runs in a node's namespace, as that process. */
  public List<String> inside(int id) {
    return List.of("ip", "netns", "exec", namespace(id));
  }

  /**
   * Takes a node off the network: whatever it sends or is sent is lost without a word. It still
   * reaches itself.
   */
  public void cut(int id) throws IOException {
    SystemCommand.run("ip", "link", "set", port(id), "nomaster");
  }

  /** Puts a node back after {@link #cut}. */
  public void heal(int id) throws IOException {
    SystemCommand.run("ip", "link", "set", port(id), "master", name);
  }

  /** Removes it; processes in it must have ended. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    remove();
  }

  private void remove() {
    for (int id = 1; id <= nodes; id++) {
      attempt("ip", "link", "del", port(id));
      attempt("ip", "netns", "del", namespace(id));
    }
    attempt("ip", "link", "del", name);
  }

  private static void attempt(String... command) {
    try {
      SystemCommand.run(command);
    } catch (IOException e) {
      System.err.println("Left over: " + e.getMessage());
    }
  }
}
