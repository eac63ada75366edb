package io.barnabas.quorum.ratis;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.SingleNodeOptions;
import io.barnabas.quorum.SingleNodeQuorum;
import io.barnabas.quorum.ratis.RatisOptions.Voter;
import io.barnabas.world.RealWorld;
import io.barnabas.world.World;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Measures a quorum in processes of its own. {@code single DIR} and {@code alone DIR PORT}: from
 * the start of main to the first committed entry of a quorum of this node, and the memory that it
 * takes. {@code node DIR ID PORTS}: one voter. {@code failover DIR PORTS TURNS}: three voters, of
 * which the leader is killed.
 */
final class QuorumMeasure {
  private static final String HOST = "127.0.0.1";

  private QuorumMeasure() {}

  /** See above. */
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "single" -> single(Path.of(arguments[1]));
      case "alone" -> alone(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
      case "node" -> node(Path.of(arguments[1]), Integer.parseInt(arguments[2]), arguments[3]);
      case "failover" ->
          new Failover(Path.of(arguments[1]), arguments[2], Integer.parseInt(arguments[3])).run();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void single(Path directory) throws IOException {
    RealWorld world = RealWorld.create();
    long began = world.clock().nanoTime();
    SingleNodeQuorum quorum =
        SingleNodeQuorum.open(
            world,
            new QuorumMember(1, new UUID(1, 1), HOST, 1),
            directory,
            SingleNodeOptions.defaults());
    report(world, quorum, began);
  }

  private static void alone(Path directory, int port) throws IOException {
    RealWorld world = RealWorld.create();
    long began = world.clock().nanoTime();
    RatisQuorum quorum = RatisQuorum.open(world, options(directory, 1, List.of(port)));
    report(world, quorum, began);
  }

  private static void report(World world, Quorum quorum, long began) throws IOException {
    CompletableFuture<Leadership> active = new CompletableFuture<>();
    quorum.start(new Listener(active::complete));
    active.join();
    long activeNanos = world.clock().nanoTime() - began;
    if (!quorum.propose(quorum.status().committedIndex(), new byte[100]).join()) {
      throw new IOException("Not committed");
    }
    System.out.printf(
        "active after %d ms, committed after %d ms, %s%n",
        activeNanos / 1_000_000,
        (world.clock().nanoTime() - began) / 1_000_000,
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS") || line.startsWith("Threads"))
            .toList());
    long stopping = world.clock().nanoTime();
    quorum.close();
    System.out.printf("closed in %d ms%n", (world.clock().nanoTime() - stopping) / 1_000_000);
    System.exit(0);
  }

  private static RatisOptions options(Path directory, int node, List<Integer> ports) {
    List<Voter> voters = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      voters.add(new Voter(i + 1, HOST, ports.get(i)));
    }
    return new RatisOptions(
        directory,
        node,
        new UUID(node, 1),
        UUID::randomUUID,
        Optional.empty(),
        HOST,
        ports.get(node - 1),
        HOST,
        ports.get(node - 1),
        voters,
        Optional.empty(),
        RatisTuning.defaults());
  }

  private static void node(Path directory, int node, String ports) throws IOException {
    RealWorld world = RealWorld.create();
    RatisQuorum quorum =
        RatisQuorum.open(
            world,
            options(
                directory,
                node,
                Arrays.stream(ports.split(",", -1)).map(Integer::valueOf).toList()));
    quorum.start(new Listener(leadership -> System.out.println("active " + leadership.epoch())));
    new CompletableFuture<Void>().join();
  }

  /** Counts, and hears of being active. */
  private record Listener(java.util.function.Consumer<Leadership> activated)
      implements CommitListener {
    @Override
    public void loadSnapshot(long index, byte[] snapshot) {}

    @Override
    public void committed(long index, byte[] entry) {}

    @Override
    public byte[] snapshot() {
      return new byte[0];
    }

    @Override
    public void led(Leadership leadership) {
      if (leadership.active()) {
        activated.accept(leadership);
      }
    }

    @Override
    public void failed(IOException cause) {
      throw new IllegalStateException(cause);
    }
  }

  /** Kills the leader again and again. */
  private static final class Failover {
    private final RealWorld world = RealWorld.create();
    private final Path directory;
    private final String ports;
    private final int turns;
    private final Map<Integer, Process> processes = new TreeMap<>();
    private final Map<Integer, Long> activeNanos = new java.util.concurrent.ConcurrentHashMap<>();
    private volatile int leader;

    Failover(Path directory, String ports, int turns) {
      this.directory = directory;
      this.ports = ports;
      this.turns = turns;
    }

    void run() throws IOException {
      for (int node = 1; node <= 3; node++) {
        start(node);
      }
      List<Long> gapsMs = new ArrayList<>();
      for (int turn = 0; turn < turns; turn++) {
        while (leader == 0) {
          world.threads().sleep(1_000_000);
        }
        // Time for the restarted one to follow.
        world.threads().sleep(3_000_000_000L);
        int killed = leader;
        leader = 0;
        long killedNanos = world.clock().nanoTime();
        Objects.requireNonNull(processes.get(killed)).destroyForcibly();
        while (leader == 0) {
          world.threads().sleep(200_000);
        }
        gapsMs.add((activeNanos.getOrDefault(leader, killedNanos) - killedNanos) / 1_000_000);
        System.out.printf("killed %d, then %d: %d ms%n", killed, leader, gapsMs.getLast());
        start(killed);
      }
      gapsMs.sort(null);
      System.out.printf(
          "least %d, median %d, most %d ms of %d%n",
          gapsMs.getFirst(), gapsMs.get(gapsMs.size() / 2), gapsMs.getLast(), gapsMs.size());
      processes.values().forEach(Process::destroyForcibly);
      System.exit(0);
    }

    private void start(int node) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                  "-cp",
                  System.getProperty("java.class.path"),
                  QuorumMeasure.class.getName(),
                  "node",
                  directory.resolve("node" + node).toString(),
                  String.valueOf(node),
                  ports)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      processes.put(node, process);
      world.threads().startPlatform("output", () -> read(node, process));
    }

    private void read(int node, Process process) {
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("active")) {
            activeNanos.put(node, world.clock().nanoTime());
            leader = node;
          }
        }
      } catch (IOException e) {
        // It was killed.
      }
    }
  }
}
