package io.barnabas.conformance.load;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What the programs that load a broker have in common. */
final class LoadOptions {
  @SuppressWarnings("unused") // The parser acts on it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = "--broker",
      defaultValue = "BARNABAS",
      description = "Which broker: ${COMPLETION-CANDIDATES}.")
  private LoadedBroker broker = LoadedBroker.BARNABAS;

  @Option(names = "--target", hidden = true, required = true)
  private Path target = Path.of("");

  @Option(names = "--launcher", hidden = true, required = true)
  private Path launcher = Path.of("");

  LoadedBroker broker() {
    return broker;
  }

  /** Where class paths are found, and reports and data go. */
  Path target() {
    return target;
  }

  /** The script that starts Barnabas. */
  Path launcher() {
    return launcher;
  }
}
