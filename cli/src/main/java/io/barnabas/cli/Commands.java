package io.barnabas.cli;

import io.barnabas.cli.client.ClusterInfoCommand;
import io.barnabas.cli.client.ConsumeCommand;
import io.barnabas.cli.client.GroupsCommand;
import io.barnabas.cli.client.ProduceCommand;
import io.barnabas.cli.client.TopicsCommand;
import io.barnabas.cli.dev.DevCommand;
import io.barnabas.cli.files.LogCommand;
import io.barnabas.cli.text.Json;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
    all.put("dev", DevCommand::new);
    all.put("topics", TopicsCommand::new);
    all.put("produce", ProduceCommand::new);
    all.put("consume", ConsumeCommand::new);
    all.put("groups", GroupsCommand::new);
    all.put("cluster", ClusterInfoCommand::new);
    all.put("log", LogCommand::new);
    all.put("rehearse", RehearseCommand::new);
    return Collections.unmodifiableSequencedMap(all);
  }

  /** Runs a command and returns its exit code. */
  static int run(String... given) {
    String[] arguments = withHelpAsOption(given);
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

  /** {@code help topics list} is {@code topics list --help}. */
  private static String[] withHelpAsOption(String... given) {
    if (given.length == 0 || !given[0].equals("help")) {
      return given;
    }
    String[] arguments = Arrays.copyOfRange(given, 1, given.length + 1);
    arguments[given.length - 1] = "--help";
    return arguments;
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
    err.println(reworded(String.valueOf(wrong.getMessage())));
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println(whereToLook(command));
    err.flush();
    return WRONG_USAGE;
  }

  private static String whereToLook(CommandLine command) {
    return "See " + command.getCommandSpec().qualifiedName(" ") + " --help.";
  }

  /** The library says "option" twice, and KEY where these commands say NAME. */
  private static String reworded(String message) {
    return message
        .replace("Value for option option ", "The value of option ")
        .replace("(NAME=VALUE) should be in KEY=VALUE format", "should be like NAME=VALUE");
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    String sentence = Sentences.of(failure);
    boolean isForPrograms = command.getParseResult().hasMatchedOption("--json");
    err.println(isForPrograms ? Json.of(Map.of("error", sentence)) : sentence);
    boolean isWrongUsage = failure instanceof WrongUsageException;
    if (isWrongUsage && !isForPrograms) {
      err.println(whereToLook(command));
    }
    err.flush();
    return isWrongUsage ? WRONG_USAGE : FAILURE;
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
