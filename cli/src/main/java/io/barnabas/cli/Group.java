package io.barnabas.cli;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only holds others. */
public abstract class Group implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @SuppressWarnings("unused") // The parser acts on it.
  @Mixin
  private HelpOption help = new HelpOption();

  @Override
  public final void run() {
    CommandLine line = spec.commandLine();
    throw new ParameterException(
        line, "Say which: " + String.join(", ", line.getSubcommands().keySet()) + ".");
  }
}
