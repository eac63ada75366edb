package io.barnabas.chaos.site;

import io.barnabas.conformance.NodeHost;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace for each node, joined by a bridge; clients are in the namespace of this
 * process, 0 in place of a node. Any thread.
 *
 * <p>A packet is lost by sending it to a hardware address that nobody has: each side knows those of
 * all others by heart, and forgets one in a cut. Nothing tells the sender, as with a broken wire,
 * and each direction can be cut alone.
 */
public final class Network implements Closeable {
  private static final int CLIENTS_ADDRESS = 254;
  private static final String NOBODY = "02:00:00:00:de:ad";

  private final String name;
  private final String prefix;
  private final int nodes;
  private final int[][] cuts;

  private Network(String name, String prefix, int nodes) {
    this.name = name;
    this.prefix = prefix;
    this.nodes = nodes;
    this.cuts = new int[nodes + 1][nodes + 1];
  }

  /** Makes namespaces and joins them. */
  static Network create(int nodes) throws IOException, InterruptedException {
    long pid = ProcessHandle.current().pid();
    String prefix = "10." + (100 + pid / 250 % 100) + "." + pid % 250 + ".";
    Network network = new Network("chaos" + pid, prefix, nodes);
    try {
      network.build();
      return network;
    } catch (IOException | InterruptedException e) {
      network.close();
      throw e;
    }
  }

  private void build() throws IOException, InterruptedException {
    Commands.run("ip link add " + name + " address " + hardware(0) + " type bridge");
    Commands.run("ip addr add " + address(0) + "/24 dev " + name);
    Commands.run("ip link set " + name + " up");
    for (int node = 1; node <= nodes; node++) {
      String space = space(node);
      String plug = name + "n" + node;
      Commands.run("ip netns add " + space);
      Commands.run("ip link add " + plug + " type veth peer name eth0 netns " + space);
      Commands.run("ip link set " + plug + " master " + name + " up");
      Commands.run("ip -n " + space + " link set eth0 address " + hardware(node) + " up");
      Commands.run("ip -n " + space + " addr add " + address(node) + "/24 dev eth0");
      Commands.run("ip -n " + space + " link set lo up");
    }
    for (int from = 0; from <= nodes; from++) {
      for (int to = 0; to <= nodes; to++) {
        if (from != to) {
          know(from, to, hardware(to));
        }
      }
    }
  }

  private String space(int node) {
    return name + "-" + node;
  }

  private String address(int node) {
    return prefix + (node == 0 ? CLIENTS_ADDRESS : node);
  }

  private static String hardware(int node) {
    return "02:00:00:00:00:" + (10 + node);
  }

  private void know(int from, int to, String hardware) throws IOException, InterruptedException {
    String space = from == 0 ? "" : "-n " + space(from) + " ";
    String device = from == 0 ? name : "eth0";
    Commands.run(
        "ip %sneigh replace %s lladdr %s dev %s nud permanent"
            .formatted(space, address(to), hardware, device));
  }

  NodeHost host(int node) {
    return new NodeHost(address(node), List.of("nsenter", "--net=/run/netns/" + space(node)));
  }

  /** How many nodes there are. */
  public int nodes() {
    return nodes;
  }

  /** Loses what one sends to another from now on; as often as it is healed later. */
  public synchronized void cut(int from, int to) throws IOException, InterruptedException {
    if (cuts[from][to]++ == 0) {
      know(from, to, NOBODY);
    }
  }

  /** Ends one {@link #cut}. */
  public synchronized void heal(int from, int to) throws IOException, InterruptedException {
    if (--cuts[from][to] == 0) {
      know(from, to, hardware(to));
    }
  }

  /** Lets a node send 64 KB/s; packets that would wait longer than 0.4 s are lost. */
  public void slow(int node) throws IOException, InterruptedException {
    Commands.run(
        "tc -n %s qdisc add dev eth0 root tbf rate 512kbit burst 16kb latency 400ms"
            .formatted(space(node)));
  }

  /** Ends {@link #slow}. */
  public void fast(int node) throws IOException, InterruptedException {
    Commands.run("tc -n " + space(node) + " qdisc del dev eth0 root");
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (int node = 1; node <= nodes; node++) {
      failure = remove("ip netns del " + space(node), failure);
    }
    failure = remove("ip link del " + name, failure);
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable IOException remove(String command, @Nullable IOException failure) {
    try {
      Commands.run(command);
      return failure;
    } catch (IOException e) {
      return e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new IOException(command, e);
    }
  }
}
