package io.barnabas.conformance.load;

import io.barnabas.conformance.ClassPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The quorum of real nodes through days that are not usual; see {@link QuorumJourney}. */
@Command(
    name = "conformance/quorum-journey",
    sortOptions = false,
    description = {
      "Takes a cluster of real nodes through a listener that was away for very many changes,",
      "voters that are replaced, a kill of all nodes, an old directory, roles, and TLS,",
      "and checks after each step that all nodes tell the same and nothing is lost."
    })
public final class QuorumJourneyLoad implements Callable<Integer> {
  @SuppressWarnings("unused") // The parser acts on it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = "--changes",
      defaultValue = "100000",
      description = "Of the metadata while a listener is away (default: ${DEFAULT-VALUE}).")
  private int changes;

  @Option(
      names = "--batch",
      defaultValue = "1",
      description = "Settings in one request of these (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--snapshot",
      defaultValue = "false",
      arity = "1",
      description = {
        "Whether the listener must need a snapshot: only if the quorum's log has grown by some"
            + " MiB",
        "and by more than 2,000 Raft entries meanwhile, two for each decision (default:"
            + " ${DEFAULT-VALUE})."
      })
  private boolean snapshot;

  @Option(
      names = "--load-ms",
      defaultValue = "3000",
      description = "For which clients go on around each event (default: ${DEFAULT-VALUE}).")
  private int loadMs;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of the changes (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--quick", description = "Few changes, no node for good, no roles, no TLS.")
  private boolean quick;

  @Option(names = "--target", hidden = true, required = true)
  private Path target = Path.of("");

  @Option(names = "--launcher", hidden = true, required = true)
  private Path launcher = Path.of("");

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new QuorumJourneyLoad()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Path directory = target.resolve("quorum-journey");
    LoadedBroker.delete(directory);
    ClassPaths paths = ClassPaths.readFrom(target);
    List<String> command = List.of(launcher.toString());
    JourneyPlan plan = new JourneyPlan(changes, batch, snapshot, loadMs, 1_000, true, seed);
    QuorumJourney.Verdict verdict =
        quick
            ? QuorumJourney.runShort(paths, command, directory)
            : QuorumJourney.run(paths, command, directory, plan)
                .and(QuorumJourney.runRoles(paths, command, directory, plan));
    String text =
        verdict.report()
            + (verdict.complaints().isEmpty()
                ? "\nall of it holds\n"
                : "\nCOMPLAINTS\n" + String.join("\n", verdict.complaints()) + "\n");
    Files.writeString(target.resolve("quorum-journey.md"), text);
    System.out.print(text);
    if (verdict.complaints().isEmpty()) {
      LoadedBroker.delete(directory);
    }
    return verdict.complaints().isEmpty() ? 0 : 1;
  }
}
