package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.Errors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * SIGKILL of the active controller of three nodes, again and again while clients at all nodes
 * create, grow, configure and delete topics. Afterwards every acknowledged change is there, those
 * without an answer were made wholly or not at all, and all nodes tell the same.
 */
@Command(
    name = "conformance/controller-kill",
    sortOptions = false,
    description = {
      "Kills the active controller of three nodes while topics change, again and again,",
      "and checks that every acknowledged change is there."
    })
public final class ControllerKillLoad implements Callable<Integer> {
  private static final int NODES = 3;
  private static final String LAST = "last";
  private static final long CONTROLLER_LIMIT_NANOS = 60_000_000_000L;

  @Mixin private LoadOptions common = new LoadOptions();

  @Option(
      names = "--kills",
      defaultValue = "50",
      description = "How many times (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--operations",
      defaultValue = "10000",
      description = "Changes of topics in all (default: ${DEFAULT-VALUE}).")
  private int operations;

  @Option(
      names = "--clients",
      defaultValue = "6",
      description = "Who make them (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of the changes (default: ${DEFAULT-VALUE}).")
  private long seed;

  private final StringBuilder report = new StringBuilder();
  private final List<String> complaints = new ArrayList<>();
  private final List<Long> gapsMs = new ArrayList<>();

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ControllerKillLoad()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClassPaths paths = ClassPaths.readFrom(common.target());
    Path directory = common.target().resolve("controller-kill");
    report.append(
        String.format(
            Locale.ROOT,
            "%s, %d times SIGKILL of the active controller during %,d changes by %d clients, seed"
                + " %d%n%n",
            common.broker(),
            kills,
            operations,
            clients,
            seed));
    ChangeClock clock = new ChangeClock(operations);
    try (ClusterProcess cluster =
        common.broker().startCluster(paths, common.launcher(), directory, NODES, Map.of())) {
      List<TopicChanger> changers =
          IntStream.range(0, clients)
              .mapToObj(id -> new TopicChanger(id, cluster, clock, seed * 1_000 + id))
              .toList();
      List<Thread> threads =
          changers.stream().map(changer -> Thread.ofPlatform().daemon().start(changer)).toList();
      killAgainAndAgain(cluster, clock);
      for (Thread thread : threads) {
        thread.join();
      }
      TopicAudit.Verdict verdict = TopicAudit.check(cluster, changers);
      checkImages(cluster);
      conclude(verdict, changers);
    }
    Files.writeString(common.target().resolve("controller-kill.md"), report);
    System.out.print(report);
    if (complaints.isEmpty()) {
      LoadedBroker.delete(directory);
    }
    return complaints.isEmpty() ? 0 : 1;
  }

  private void killAgainAndAgain(ClusterProcess cluster, ChangeClock clock)
      throws IOException, InterruptedException {
    report.append("| kill | node | changes before | kill to the first change, ms |");
    report.append(" restart to ready, ms |\n|---:|---:|---:|---:|---:|\n");
    for (int kill = 1; kill <= kills; kill++) {
      // Half of what may happen until this kill, so that clients are busy all the time.
      clock.allow((int) ((long) operations * kill / (kills + 1)));
      int before = (int) ((long) operations * (2L * kill - 1) / (2L * (kills + 1)));
      while (clock.begun() < before) {
        Thread.sleep(1);
      }
      int controller = awaitController(cluster);
      ImageCheck.allAlive(cluster);
      BrokerProcess node = cluster.node(controller);
      clock.faultBegins();
      node.kill();
      long gapMs = clock.awaitAnswerNanos() / 1_000_000;
      gapsMs.add(gapMs);
      node.restart();
      long readyMs = (System.nanoTime() - node.launchedNanos()) / 1_000_000;
      String row =
          String.format(
              Locale.ROOT,
              "| %d | %d | %,d | %,d | %,d |%n",
              kill,
              controller,
              before,
              gapMs,
              readyMs);
      System.err.print(row);
      report.append(row);
    }
    clock.allow(operations);
  }

  private void checkImages(ClusterProcess cluster) throws IOException, InterruptedException {
    try (RawClient client = RawClient.connect(cluster.node(1).address())) {
      Errors answer = TopicRequests.create(client, LAST, new TopicState(1, 1_000_000_000L), NODES);
      if (answer != Errors.NONE) {
        throw new IOException("the last change was answered " + answer);
      }
    }
    ImageCheck.everyNodeTakes(cluster, LAST);
  }

  private static int awaitController(ClusterProcess cluster)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + CONTROLLER_LIMIT_NANOS;
    while (System.nanoTime() - deadline < 0) {
      for (int id : cluster.ids()) {
        int controller = ClusterView.activeController(cluster.node(id).address());
        if (controller > 0) {
          return controller;
        }
      }
      Thread.sleep(10);
    }
    throw new IOException("no node knows an active controller");
  }

  private void conclude(TopicAudit.Verdict verdict, List<TopicChanger> changers) {
    Map<Errors, Integer> answers = new EnumMap<>(Errors.class);
    for (TopicChanger changer : changers) {
      changer.answers().forEach((error, count) -> answers.merge(error, count, Integer::sum));
      complaints.addAll(changer.complaints());
    }
    complaints.addAll(verdict.complaints());
    List<Long> sorted = gapsMs.stream().sorted().toList();
    report.append(
        String.format(
            Locale.ROOT,
            "%n%,d changes acknowledged, %,d without an answer; answers: %s%n"
                + "kill of the active controller to the first change answered: median %,d ms, worst"
                + " %,d ms%n%,d topics with %,d partitions at the end: %s%n",
            changers.stream().mapToInt(TopicChanger::acknowledgedCount).sum(),
            changers.stream().mapToInt(TopicChanger::unansweredCount).sum(),
            answers,
            sorted.get(sorted.size() / 2),
            sorted.getLast(),
            verdict.topics(),
            verdict.partitions(),
            complaints.isEmpty()
                ? "every acknowledged change is there, the others are whole or not at all, all"
                    + " nodes tell the same"
                : "COMPLAINTS\n" + String.join("\n", complaints)));
  }
}
