package io.barnabas.cli;

import java.util.Optional;

/**
 * The program's entry. A plain {@code start} is carried out without the command line library, whose
 * classes are too old for the JVM's cache and would take more of the start than the node itself.
 */
public final class Main {
  private static final int FAILURE = 1;

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Logging.configure(arguments);
    Runtime.getRuntime().exit(run(arguments));
  }

  private static int run(String[] arguments) {
    Optional<StartArguments> start = StartArguments.parse(arguments);
    return start.isPresent() ? start(start.get()) : Commands.run(arguments);
  }

  private static int start(StartArguments arguments) {
    try {
      return ForegroundNode.run(arguments);
    } catch (RuntimeException e) {
      System.err.println(Sentences.of(e));
      return FAILURE;
    }
  }
}
