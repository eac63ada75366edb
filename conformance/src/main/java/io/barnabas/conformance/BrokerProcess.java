package io.barnabas.conformance;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;

/**
 * A broker running as a child process, on a free port of 127.0.0.1 unless told otherwise.
 *
 * <p>Its output goes to {@code output.log} in its working directory, that of earlier starts is in
 * {@code output-1.log} and so on, its data in {@code data}. It is killed at the latest when this
 * JVM ends. Not for use by several threads.
 */
public final class BrokerProcess implements Closeable {

  /** What Barnabas's output begins a line with when it is ready. */
  static final String BARNABAS_READY = "ready";

  /** What a line of Apache Kafka's output holds when it is ready. */
  static final String KAFKA_READY = "Kafka Server started";

  /** The options of the JVM that Apache Kafka runs with, where nobody says otherwise. */
  public static final List<String> KAFKA_JVM =
      List.of("-Xms512m", "-Xmx512m", "-XX:+UseG1GC", "-Xshare:auto");

  private static final long START_LIMIT_MS = 180_000;

  private final InetSocketAddress address;
  private final Path directory;
  private final List<String> command;
  private final String readyMark;
  private final Thread atExit;
  private Process process;
  private long launchedNanos;
  private int launches;

  /** Whether this JVM ends, so that nothing may be started any more. */
  private volatile boolean ending;

  private BrokerProcess(
      InetSocketAddress address, Path directory, List<String> command, String readyMark)
      throws IOException {
    this.address = address;
    this.directory = directory;
    this.command = List.copyOf(command);
    this.readyMark = readyMark;
    this.process = launch();
    this.atExit = new Thread(this::end, "kill-broker");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private static BrokerProcess started(
      InetSocketAddress address, Path directory, List<String> command, String readyMark)
      throws IOException, InterruptedException {
    BrokerProcess broker = launched(address, directory, command, readyMark);
    broker.awaitReady();
    return broker;
  }

  /**
   * Launches a broker without waiting until it is ready.
   *
   * @param address where clients will connect
   * @param directory that exists; data is in {@code data} there
   * @param readyMark what its output says when it is ready
   */
  static BrokerProcess launched(
      InetSocketAddress address, Path directory, List<String> command, String readyMark)
      throws IOException {
    return new BrokerProcess(address, directory, command, readyMark);
  }

  /**
   * Starts Barnabas.
   *
   * @param directory an empty or absent directory, or one that Barnabas ran in before
   * @param settings on top of the listener and data directory, by Kafka's names
   */
  public static BrokerProcess barnabas(
      ClassPaths classPaths, Path directory, List<String> jvmOptions, Map<String, String> settings)
      throws IOException, InterruptedException {
    return barnabas(
        JavaProcess.command(jvmOptions, classPaths.barnabas(), "io.barnabas.cli.Main", List.of()),
        directory,
        settings);
  }

  /**
   * Starts Barnabas by the program that people start it with.
   *
   * @param launcher the program, and arguments before {@code start}
   * @param directory an empty or absent directory, or one that Barnabas ran in before
   * @param settings on top of the listener and data directory, by Kafka's names
   */
  public static BrokerProcess barnabas(
      List<String> launcher, Path directory, Map<String, String> settings)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int port = freePort();
    Map<String, String> all = new TreeMap<>(settings);
    all.put("listeners", "PLAINTEXT://127.0.0.1:" + port);
    all.put("log.dirs", directory.resolve("data").toAbsolutePath().toString());
    List<String> command = new ArrayList<>(launcher);
    command.add("start");
    all.forEach((name, value) -> command.addAll(List.of("-o", name + "=" + value)));
    return started(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        directory,
        command,
        BARNABAS_READY);
  }

  /**
   * Formats a directory and starts Apache Kafka in it, broker and controller in one process.
   *
   * @param directory an empty or absent directory
   * @param settings on top of what a single node needs
   */
  public static BrokerProcess kafka(
      ClassPaths classPaths, Path directory, Map<String, String> settings)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int port = freePort();
    int controllerPort = freePort();
    Path properties = directory.resolve("server.properties");
    Files.write(properties, kafkaProperties(directory, port, controllerPort, settings));
    JavaProcess.Result formatted =
        JavaProcess.run(
            classPaths.kafka(),
            "kafka.tools.StorageTool",
            List.of(
                "format",
                "--standalone",
                "-t",
                Uuid.randomUuid().toString(),
                "-c",
                properties.toString()),
            directory.resolve("format.log").toFile());
    if (formatted.exitCode() != 0) {
      throw new IOException("Kafka's directory was not formatted: " + formatted.output());
    }
    List<String> jvmOptions = new ArrayList<>(KAFKA_JVM);
    jvmOptions.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=info");
    return started(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        directory,
        JavaProcess.command(
            jvmOptions, classPaths.kafka(), "kafka.Kafka", List.of(properties.toString())),
        KAFKA_READY);
  }

  private static List<String> kafkaProperties(
      Path directory, int port, int controllerPort, Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", "1");
    all.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort);
    all.put("log.dirs", directory.resolve("data").toAbsolutePath().toString());
    all.put("offsets.topic.replication.factor", "1");
    all.put("offsets.topic.num.partitions", "1");
    all.put("transaction.state.log.replication.factor", "1");
    all.put("transaction.state.log.num.partitions", "1");
    all.put("transaction.state.log.min.isr", "1");
    all.putAll(settings);
    return all.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  /** Where clients connect. */
  public InetSocketAddress address() {
    return address;
  }

  /** The address as clients' {@code bootstrap.servers} wants it. */
  public String bootstrapServers() {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  /** The directory with the partitions' folders. */
  public Path dataDirectory() {
    return directory.resolve("data");
  }

  /** The operating system's process id. */
  public long pid() {
    return process.pid();
  }

  /** When the process was launched last, by {@link System#nanoTime()}. */
  public long launchedNanos() {
    return launchedNanos;
  }

  /** Kills the process with SIGKILL and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Stops the process with SIGTERM, after ten seconds with SIGKILL, and waits until it is gone. */
  public void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      kill();
    }
  }

  /**
   * Waits for the process to end by itself.
   *
   * @return its exit code, nothing if it still runs after that many seconds
   */
  public OptionalInt awaitEnd(int seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS)
        ? OptionalInt.of(process.exitValue())
        : OptionalInt.empty();
  }

  /** The last line of what it has printed since it was launched, empty if there is none. */
  public String lastLine() throws IOException {
    List<String> lines = Files.readAllLines(output().toPath());
    return lines.isEmpty() ? "" : lines.getLast();
  }

  /** Whether it has said that it is ready since it was launched. */
  public boolean isReady() throws IOException {
    return saysReady();
  }

  /** Freezes the process with SIGSTOP: its connections stay open, and nothing answers. */
  public void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Lets the process go on after {@link #pause()}. */
  public void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int exitCode = new ProcessBuilder("kill", signal, Long.toString(pid())).start().waitFor();
    if (exitCode != 0) {
      throw new IOException("kill " + signal + " ended with " + exitCode);
    }
  }

  /** Whether the process runs; one that is paused does. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Starts the broker again after {@link #kill()} or {@link #stop()}, on the same port and
   * directory.
   */
  public void restart() throws IOException, InterruptedException {
    relaunch();
    awaitReady();
  }

  /** Does what {@link #restart()} does without waiting until the broker is ready. */
  public void relaunch() throws IOException {
    process = launch();
  }

  /** Does what {@link #stop()} does, for good. */
  @Override
  public void close() {
    try {
      stop();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (!Thread.currentThread().isInterrupted()) {
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
  }

  private void end() {
    ending = true;
    process.destroyForcibly();
  }

  private File output() {
    return directory.resolve("output.log").toFile();
  }

  private Process launch() throws IOException {
    if (ending) {
      throw new IOException("nothing is started any more, because this JVM ends");
    }
    if (launches > 0) {
      Files.move(output().toPath(), directory.resolve("output-" + launches + ".log"));
    }
    launches++;
    launchedNanos = System.nanoTime();
    Process launched =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output()).start();
    if (ending) {
      launched.destroyForcibly();
    }
    return launched;
  }

  /** Waits until the broker says that it is ready, at most three minutes after this call. */
  public void awaitReady() throws IOException, InterruptedException {
    long deadline = System.currentTimeMillis() + START_LIMIT_MS;
    while (!saysReady()) {
      if (!process.isAlive()) {
        throw new IOException("the broker ended: " + Files.readString(output().toPath()));
      }
      if (System.currentTimeMillis() > deadline) {
        process.destroyForcibly();
        throw new IOException("the broker was not ready in time, see " + output());
      }
      Thread.sleep(5);
    }
  }

  private boolean saysReady() throws IOException {
    try (var lines = Files.lines(output().toPath())) {
      return readyMark.equals(BARNABAS_READY)
          ? lines.anyMatch(line -> line.startsWith(readyMark))
          : lines.anyMatch(line -> line.contains(readyMark));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
