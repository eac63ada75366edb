package io.barnabas.cli;

import io.barnabas.cli.client.ClusterInfoCommand;
import io.barnabas.cli.client.ConsumeCommand;
import io.barnabas.cli.client.ProduceCommand;
import io.barnabas.cli.client.TopicsCommand;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * All commands, as the command line library knows them. Building it takes longer than starting a
 * node: see {@link Main}.
 */
@Command(
    name = "barnabas",
    description = "A message log for Apache Kafka's clients.",
    versionProvider = Commands.Version.class)
final class Commands implements Callable<Integer> {
  private static final int FAILURE = 1;
  private static final int WRONG_USAGE = 2;

  /** By name, in the order of the help; only the one that is asked for is made. */
  private static final SequencedMap<String, Supplier<?>> ALL = all();

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

  private Commands() {}

  private static SequencedMap<String, Supplier<?>> all() {
    SequencedMap<String, Supplier<?>> all = new LinkedHashMap<>();
    all.put("start", StartCommand::new);
    all.put("topics", TopicsCommand::new);
    all.put("produce", ProduceCommand::new);
    all.put("consume", ConsumeCommand::new);
    all.put("cluster", ClusterInfoCommand::new);
    all.put("rehearse", RehearseCommand::new);
    return Collections.unmodifiableSequencedMap(all);
  }

  /** Runs a command and returns its exit code. */
  static int run(String... arguments) {
    CommandLine root = new CommandLine(new Commands());
    Supplier<?> wanted = arguments.length == 0 ? null : ALL.get(arguments[0]);
    if (wanted == null) {
      ALL.forEach((name, command) -> root.addSubcommand(name, command.get()));
    } else {
      root.addSubcommand(arguments[0], wanted.get());
    }
    return root.setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Commands::explainUsage)
        .setExecutionExceptionHandler(Commands::explain)
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
