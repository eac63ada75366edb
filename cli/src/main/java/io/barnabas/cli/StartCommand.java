package io.barnabas.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code barnabas start}: a node for as long as the process lives. */
@Command(
    name = "start",
    description = {
      "Run a node in the foreground until it is told to stop (Ctrl-C, SIGTERM).",
      "Without settings it listens on 127.0.0.1:9092 and keeps its data in ./data."
    })
final class StartCommand implements Callable<Integer> {
  @SuppressWarnings("unused") // The parser acts on it.
  @Mixin
  private HelpOption help = new HelpOption();

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "A properties file with settings, under Kafka's names.")
  private @Nullable Path file;

  @Option(
      names = {"-o", "--setting"},
      paramLabel = "NAME=VALUE",
      description = "A setting; goes before the file's. May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Override
  public Integer call() {
    return ForegroundNode.run(new StartArguments(Optional.ofNullable(file), settings));
  }
}
