package io.barnabas.cli;

import io.barnabas.cli.client.ClusterInfoCommand;
import io.barnabas.cli.client.ConsumeCommand;
import io.barnabas.cli.client.ProduceCommand;
import io.barnabas.cli.client.TopicsCommand;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The program's entry. */
@Command(
    name = "barnabas",
    description = "A message log for Apache Kafka's clients.",
    versionProvider = Main.Version.class,
    subcommands = {
      StartCommand.class,
      TopicsCommand.class,
      ProduceCommand.class,
      ConsumeCommand.class,
      ClusterInfoCommand.class,
      RehearseCommand.class
    })
public final class Main implements Callable<Integer> {
  private static final int FAILURE = 1;
  private static final int WRONG_USAGE = 2;

  @SuppressWarnings("unused") // The parser acts on it.
  @Mixin
  private HelpOption help = new HelpOption();

  @SuppressWarnings("unused") // The parser acts on it.
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Logging.configure(arguments);
    Runtime.getRuntime().exit(run(arguments));
  }

  /** Runs a command and returns its exit code. */
  static int run(String... arguments) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::explainUsage)
        .setExecutionExceptionHandler(Main::explain)
        .execute(arguments);
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    spec.commandLine().usage(out);
    out.flush();
    return WRONG_USAGE;
  }

  private static int explainUsage(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(wrong.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("See " + command.getCommandSpec().qualifiedName(" ") + " --help.");
    err.flush();
    return WRONG_USAGE;
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    err.println(Sentences.of(failure));
    err.flush();
    return FAILURE;
  }

  /** The release, from the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String release = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "barnabas %s on Java %s"
            .formatted(release == null ? "(not packaged)" : release, Runtime.version())
      };
    }
  }
}
