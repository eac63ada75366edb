package io.barnabas.cli.dev;

import io.barnabas.cli.HelpOption;
import io.barnabas.cli.WrongUsageException;
import io.barnabas.cli.text.Amounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code barnabas dev}: a cluster on this machine for as long as the process lives. */
@Command(
    name = "dev",
    description = {
      "Run a cluster on this machine, to try things, until it is told to stop (Ctrl-C, SIGTERM).",
      "With --dir it is kept: settings, data and log output of each node are there, and the same"
          + " cluster is started again next time."
    })
public final class DevCommand implements Callable<Integer> {
  @SuppressWarnings("unused") // The parser acts on it.
  @Mixin
  private HelpOption help = new HelpOption();

  @Option(
      names = {"-n", "--nodes"},
      paramLabel = "COUNT",
      description = "How many nodes, 1 to 5; default: 3.")
  private @Nullable Integer nodes;

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIRECTORY",
      description = "Where everything is. Default: a temporary one, deleted at the end.")
  private @Nullable Path directory;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = {
        "Of the first node; the others have those that follow, and then come as many for what nodes"
            + " agree on among themselves.",
        "Default: from 9092 on if these are free, else any."
      })
  private @Nullable Integer port;

  @Override
  public Integer call() throws IOException {
    OptionalInt count = nodes == null ? OptionalInt.empty() : OptionalInt.of(nodes);
    OptionalInt first = port == null ? OptionalInt.empty() : OptionalInt.of(port);
    Path given = directory;
    if (given != null && Files.exists(given) && !Files.isDirectory(given)) {
      throw new WrongUsageException(given + " is not a directory.");
    }
    boolean isTemporary = given == null;
    Path place =
        given == null ? Files.createTempDirectory("barnabas-dev-") : given.toAbsolutePath();
    List<DevMember> members = open(place.normalize(), count, first, isTemporary);
    System.out.printf(
        "Starting %s in %s%n", Amounts.count(members.size(), "node"), place.normalize());
    return new DevCluster(members, place, isTemporary).run();
  }

  private static List<DevMember> open(
      Path place, OptionalInt count, OptionalInt first, boolean isTemporary) throws IOException {
    try {
      return DevLayout.open(place, count, first);
    } catch (WrongUsageException e) {
      if (isTemporary) {
        Files.delete(place);
      }
      throw e;
    }
  }
}
