package io.barnabas.quorum.ratis;

import io.barnabas.quorum.ratis.RatisOptions.Voter;
import io.barnabas.world.RealWorld;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A voter in a process of its own, which can be killed. */
final class LeaderProcess implements AutoCloseable {
  /** Stands first, after at most three seconds, and leads on also on a busy machine. */
  private static final RatisTuning STEADY =
      new RatisTuning(2_000, 9_000, 20_000, 20 << 20, 10_000, 1 << 20);

  private final Process process;
  private final BufferedReader lines;

  private LeaderProcess(Process process) {
    this.process = process;
    lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts one that stands for election long before the others would. */
  static LeaderProcess start(RatisOptions options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
    command.add(LeaderProcess.class.getName());
    command.add(options.directory().toString());
    command.add(Integer.toString(options.nodeId()));
    command.add(options.directoryId().toString());
    options.voters().forEach(voter -> command.add(voter.nodeId() + ":" + voter.port()));
    return new LeaderProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Waits until it leads. */
  void awaitActive() throws IOException {
    for (String line = lines.readLine(); !"active".equals(line); line = lines.readLine()) {
      if (line == null) {
        throw new IOException("It has ended");
      }
    }
  }

  /** Has it propose an entry, and waits until that is committed. */
  void commit(String entry) throws IOException {
    process.outputWriter().write(entry + "\n");
    process.outputWriter().flush();
    String line = lines.readLine();
    if (!"committed".equals(line)) {
      throw new IOException("It said " + line);
    }
  }

  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    kill();
  }

  /** Directory, node id, directory id, then the voters as {@code id:port}. */
  public static void main(String[] arguments) throws IOException {
    List<Voter> voters = new ArrayList<>();
    for (String voter : List.of(arguments).subList(3, arguments.length)) {
      String[] parts = voter.split(":", 2);
      voters.add(new Voter(Integer.parseInt(parts[0]), TestNodes.HOST, Integer.parseInt(parts[1])));
    }
    int nodeId = Integer.parseInt(arguments[1]);
    int port =
        voters.stream().filter(voter -> voter.nodeId() == nodeId).findFirst().orElseThrow().port();
    RatisOptions options =
        new RatisOptions(
            Path.of(arguments[0]),
            nodeId,
            UUID.fromString(arguments[2]),
            UUID::randomUUID,
            Optional.empty(),
            TestNodes.HOST,
            port,
            TestNodes.HOST,
            port,
            voters,
            Optional.empty(),
            STEADY);
    try {
      serve(options);
    } catch (IOException | RuntimeException e) {
      // Whoever waits for a line from this process is not to wait for ever.
      System.err.println("The member ends: " + e);
      Runtime.getRuntime().halt(1);
    }
  }

  private static void serve(RatisOptions options) throws IOException {
    RealWorld world = RealWorld.create();
    RatisQuorum quorum = RatisQuorum.open(world, options);
    Witness witness = new Witness(world);
    quorum.start(witness);
    witness.await(Witness.Seen::active);
    System.out.println("active");
    BufferedReader entries =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String entry = entries.readLine(); entry != null; entry = entries.readLine()) {
      int version = witness.seen().entries().size();
      quorum.propose(version, entry.getBytes(StandardCharsets.UTF_8)).join();
      System.out.println("committed");
    }
  }
}
