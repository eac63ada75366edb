package io.barnabas.cli.dev;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The running nodes, and the lines that say how they are. */
final class DevCluster {
  private static final int STOPPED = 0;
  private static final int FAILED = 1;

  /** The exit code of a process that was killed is this and the number of the signal. */
  private static final int KILLED = 128;

  private final List<DevMember> members;
  private final Path directory;
  private final boolean isTemporary;
  private final PrintStream out = System.out;
  private final List<DevNode> nodes = new CopyOnWriteArrayList<>();
  private final AtomicInteger ready = new AtomicInteger();

  /** Nodes that run; none as soon as one of them could not start. */
  private final CountDownLatch running;

  private volatile boolean stopping;
  private volatile int exitCode = STOPPED;

  DevCluster(List<DevMember> members, Path directory, boolean isTemporary) {
    this.members = members;
    this.directory = directory;
    this.isTemporary = isTemporary;
    running = new CountDownLatch(members.size());
  }

  /**
   * Starts all nodes and waits until none is left, or one could not start. Whatever ends this
   * process before that stops them first.
   *
   * @return the exit code
   */
  int run() throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    for (DevMember member : members) {
      nodes.add(DevNode.start(member));
    }
    nodes.forEach(node -> Thread.ofVirtual().name("node").start(() -> watch(node)));
    try {
      running.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
    exitCode = FAILED;
    return FAILED;
  }

  private void watch(DevNode node) {
    DevMember member = node.member();
    boolean started = node.awaitReady();
    if (started) {
      say(
          "Node %d is ready at %s, process %d, log output in %s"
              .formatted(member.id(), member.address(), node.pid(), member.log()));
      if (ready.incrementAndGet() == members.size()) {
        sayHowToUse();
      }
    }
    int exitCode = node.awaitEnd();
    if (!stopping) {
      say("Node %d %s".formatted(member.id(), end(node, exitCode)));
    }
    running.countDown();
    while (!started && running.getCount() > 0) {
      running.countDown();
    }
  }

  /** A process that a signal ended had no time to say why. */
  private static String end(DevNode node, int exitCode) {
    return exitCode > KILLED
        ? "was killed by signal %d; its log output is in %s"
            .formatted(exitCode - KILLED, node.member().log())
        : "has ended with exit code %d: %s".formatted(exitCode, node.lastWords());
  }

  private void sayHowToUse() {
    say(
        "All nodes are ready: --bootstrap %s (Ctrl-C stops them%s)"
            .formatted(
                members.stream().map(DevMember::address).collect(Collectors.joining(",")),
                isTemporary ? " and deletes their data" : ""));
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  /** One after the other, so that each can hand over to those that are left. */
  private void stop() {
    stopping = true;
    for (DevNode node : nodes) {
      if (node.isAlive()) {
        boolean inGoodOrder = node.stop();
        say(
            "Node %d has %s"
                .formatted(
                    node.member().id(),
                    inGoodOrder ? "stopped" : "been killed, as it took too long to stop"));
      }
    }
    if (isTemporary && exitCode == STOPPED) {
      delete();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException | UncheckedIOException e) {
      say("%s could not be deleted: %s".formatted(directory, e.getMessage()));
    }
  }
}
