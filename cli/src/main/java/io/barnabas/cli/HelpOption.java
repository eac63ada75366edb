package io.barnabas.cli;

import picocli.CommandLine.Option;

/** {@code --help}, the same for every command. */
public final class HelpOption {
  @SuppressWarnings("unused") // The parser acts on it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean isWanted;
}
