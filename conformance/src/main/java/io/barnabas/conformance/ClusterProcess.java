package io.barnabas.conformance;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * A cluster of brokers as child processes, on 127.0.0.1 or where one says, numbered from 1, all of
 * them controllers too unless their settings say otherwise. Broker n is in the rack {@code rack-n}.
 *
 * <p>Each has its own directory {@code node-n} with its properties, output and data. Several
 * threads may ask for nodes and addresses; one thread adds and ends nodes.
 */
public final class ClusterProcess implements Closeable {

  /** Below those that systems give to outgoing connections, which could take one of a dead node. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 12_000;

  private final Path directory;
  private final List<Place> voters;
  private final List<String> launcher;
  private final IntFunction<NodeHost> hosts;
  private final Map<Integer, BrokerProcess> nodes = new ConcurrentSkipListMap<>();
  private final Map<Integer, Integer> quorumPorts = new ConcurrentSkipListMap<>();
  private final List<InetSocketAddress> controllers;

  private ClusterProcess(
      Path directory,
      List<Place> voters,
      List<String> launcher,
      IntFunction<NodeHost> hosts,
      List<BrokerProcess> nodes,
      List<InetSocketAddress> controllers) {
    this.directory = directory;
    this.voters = List.copyOf(voters);
    this.launcher = List.copyOf(launcher);
    this.hosts = hosts;
    for (int i = 0; i < nodes.size(); i++) {
      this.nodes.put(voters.get(i).id(), nodes.get(i));
      this.quorumPorts.put(voters.get(i).id(), voters.get(i).controllerPort());
    }
    this.controllers = List.copyOf(controllers);
  }

  /**
   * Starts Barnabas on several nodes.
   *
   * @param launcher the program and what comes before {@code start}
   * @param directory an empty or absent directory
   * @param settings of every node, by Kafka's names; {@code {port}} and {@code {controller}} in
   *     them are ports of that node
   */
  public static ClusterProcess barnabas(
      List<String> launcher, Path directory, int size, Map<String, String> settings)
      throws IOException, InterruptedException {
    return barnabas(launcher, directory, size, id -> settings);
  }

  /** The same with settings for each node. */
  public static ClusterProcess barnabas(
      List<String> launcher, Path directory, int size, IntFunction<Map<String, String>> settings)
      throws IOException, InterruptedException {
    return barnabas(launcher, directory, size, settings, _ -> NodeHost.LOCAL);
  }

  /** The same with a host for each node. */
  public static ClusterProcess barnabas(
      List<String> launcher,
      Path directory,
      int size,
      IntFunction<Map<String, String>> settings,
      IntFunction<NodeHost> hosts)
      throws IOException, InterruptedException {
    List<Place> places = places(directory, size, hosts);
    List<BrokerProcess> nodes = new ArrayList<>();
    for (Place place : places) {
      nodes.add(launched(launcher, place, places, settings.apply(place.id())));
    }
    return new ClusterProcess(
            directory, places, launcher, hosts, nodes, places.stream().map(Place::clients).toList())
        .awaitReady();
  }

  private static BrokerProcess launched(
      List<String> launcher, Place place, List<Place> voters, Map<String, String> settings)
      throws IOException {
    Path properties = place.write(voters, settings);
    List<String> command = new ArrayList<>(place.host().runner());
    command.addAll(launcher);
    command.addAll(List.of("start", "--config", properties.toString()));
    return BrokerProcess.launched(
        place.clients(), place.directory(), command, BrokerProcess.BARNABAS_READY);
  }

  /**
   * Launches one more node of Barnabas, which knows the voters that the cluster began with.
   *
   * @param id that no node has
   * @param settings by Kafka's names
   */
  public BrokerProcess launch(int id, Map<String, String> settings) throws IOException {
    Place place = place(directory, id, hosts.apply(id));
    BrokerProcess node = launched(launcher, place, voters, settings);
    nodes.put(id, node);
    quorumPorts.put(id, place.controllerPort());
    return node;
  }

  /**
   * The same with a node that knows itself as one of the voters, in place of another one.
   *
   * @param instead the voter that it does not know
   */
  public BrokerProcess launchVoter(int id, int instead, Map<String, String> settings)
      throws IOException {
    Place place = place(directory, id, hosts.apply(id));
    List<Place> known = new ArrayList<>(voters);
    known.removeIf(voter -> voter.id() == instead);
    known.add(place);
    BrokerProcess node = launched(launcher, place, known, settings);
    nodes.put(id, node);
    quorumPorts.put(id, place.controllerPort());
    return node;
  }

  /** Ends a node for good. */
  public void forget(int id) {
    BrokerProcess gone = nodes.remove(id);
    if (gone != null) {
      gone.close();
    }
  }

  /**
   * Formats the directories of several nodes and starts Apache Kafka in them.
   *
   * @param directory an empty or absent directory
   * @param settings of every node
   */
  public static ClusterProcess kafka(
      ClassPaths classPaths,
      Path directory,
      int size,
      List<String> jvmOptions,
      Map<String, String> settings)
      throws IOException, InterruptedException {
    return kafka(classPaths, directory, size, jvmOptions, settings, _ -> NodeHost.LOCAL);
  }

  /** The same with a host for each node. */
  public static ClusterProcess kafka(
      ClassPaths classPaths,
      Path directory,
      int size,
      List<String> jvmOptions,
      Map<String, String> settings,
      IntFunction<NodeHost> hosts)
      throws IOException, InterruptedException {
    List<Place> places = places(directory, size, hosts);
    Map<String, String> all = new TreeMap<>(settings);
    all.put("process.roles", "broker,controller");
    all.put("controller.listener.names", "CONTROLLER");
    List<Path> properties = new ArrayList<>();
    for (Place place : places) {
      properties.add(place.write(places, all));
    }
    format(classPaths, properties);
    List<String> options = new ArrayList<>(jvmOptions);
    options.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=info");
    List<BrokerProcess> nodes = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Place place = places.get(i);
      List<String> command = new ArrayList<>(place.host().runner());
      command.addAll(
          JavaProcess.command(
              options, classPaths.kafka(), "kafka.Kafka", List.of(properties.get(i).toString())));
      nodes.add(
          BrokerProcess.launched(
              place.clients(), place.directory(), command, BrokerProcess.KAFKA_READY));
    }
    return new ClusterProcess(
            directory,
            places,
            List.of(),
            hosts,
            nodes,
            places.stream().map(Place::controller).toList())
        .awaitReady();
  }

  private static void format(ClassPaths classPaths, List<Path> properties)
      throws IOException, InterruptedException {
    String clusterId = Uuid.randomUuid().toString();
    for (Path file : properties) {
      JavaProcess.Result formatted =
          JavaProcess.run(
              classPaths.kafka(),
              "kafka.tools.StorageTool",
              List.of("format", "-t", clusterId, "-c", file.toString()),
              file.resolveSibling("format.log").toFile());
      if (formatted.exitCode() != 0) {
        throw new IOException("Kafka's directory was not formatted: " + formatted.output());
      }
    }
  }

  private ClusterProcess awaitReady() throws IOException, InterruptedException {
    try {
      for (BrokerProcess node : nodes.values()) {
        node.awaitReady();
      }
      return this;
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /** A node by its number, from 1. */
  public BrokerProcess node(int id) {
    BrokerProcess node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("There is no node " + id);
    }
    return node;
  }

  /** Where a node takes the requests that brokers send to the active controller. */
  public InetSocketAddress controller(int id) {
    return controllers.get(id - 1);
  }

  /** Where a node takes what the controllers agree on. */
  public int quorumPort(int id) {
    return quorumPorts.getOrDefault(id, 0);
  }

  /** How many nodes there are, running or not. */
  public int size() {
    return nodes.size();
  }

  /** The numbers of all nodes. */
  public List<Integer> ids() {
    return List.copyOf(nodes.keySet());
  }

  /** The addresses of all nodes as clients' {@code bootstrap.servers} wants them. */
  public String bootstrapServers() {
    return nodes.values().stream()
        .map(BrokerProcess::bootstrapServers)
        .collect(Collectors.joining(","));
  }

  /** Ends all nodes, with SIGTERM first. */
  @Override
  public void close() {
    List<Thread> closing =
        nodes.values().stream().map(node -> Thread.ofVirtual().start(node::close)).toList();
    for (Thread thread : closing) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static List<Place> places(Path directory, int size, IntFunction<NodeHost> hosts)
      throws IOException {
    Set<Integer> ports = freePorts(2 * size);
    List<Integer> all = List.copyOf(ports);
    List<Place> places = new ArrayList<>();
    for (int id = 1; id <= size; id++) {
      Path own = Files.createDirectories(directory.resolve("node-" + id));
      places.add(new Place(id, hosts.apply(id), own, all.get(2 * id - 2), all.get(2 * id - 1)));
    }
    return places;
  }

  private static Place place(Path directory, int id, NodeHost host) throws IOException {
    List<Integer> ports = List.copyOf(freePorts(2));
    Path own = Files.createDirectories(directory.resolve("node-" + id));
    return new Place(id, host, own, ports.getFirst(), ports.getLast());
  }

  private static Set<Integer> freePorts(int count) {
    Random random = new Random();
    Set<Integer> free = new HashSet<>();
    while (free.size() < count) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        free.add(socket.getLocalPort());
      } catch (IOException e) {
        free.remove(port);
      }
    }
    return free;
  }

  /** Where a node lives. */
  private record Place(int id, NodeHost host, Path directory, int port, int controllerPort) {

    InetSocketAddress clients() {
      return new InetSocketAddress(host.inetAddress(), port);
    }

    InetSocketAddress controller() {
      return new InetSocketAddress(host.inetAddress(), controllerPort);
    }

    private String withPorts(String setting) {
      return setting
          .replace("{port}", Integer.toString(port))
          .replace("{controller}", Integer.toString(controllerPort));
    }

    Path write(List<Place> voters, Map<String, String> settings) throws IOException {
      Map<String, String> all = new TreeMap<>();
      all.put("node.id", Integer.toString(id));
      all.put("broker.rack", "rack-" + id);
      all.put(
          "listeners",
          "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d"
              .formatted(host.address(), port, controllerPort));
      all.put("log.dirs", directory.resolve("data").toAbsolutePath().toString());
      all.put(
          "controller.quorum.voters",
          voters.stream()
              .map(voter -> voter.id + "@" + voter.host.address() + ":" + voter.controllerPort)
              .collect(Collectors.joining(",")));
      all.putAll(settings);
      Path file = directory.resolve("node.properties");
      Files.write(
          file,
          all.entrySet().stream().map(e -> e.getKey() + "=" + withPorts(e.getValue())).toList());
      return file;
    }
  }
}
