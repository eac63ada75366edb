package io.barnabas.cli.client;

import io.barnabas.cli.HelpOption;
import io.barnabas.cli.text.Output;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands that ask or tell a cluster have in common. */
abstract class ClusterCommand implements Callable<Integer> {
  @Mixin private Cluster cluster = new Cluster();

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  @SuppressWarnings("unused") // The parser acts on it.
  @Mixin
  private HelpOption help = new HelpOption();

  /** Does it. */
  abstract void run(Cluster cluster, Output out);

  /** What the process ends with when {@link #run} has returned. */
  int exitCode() {
    return 0;
  }

  @Override
  public final Integer call() {
    Output out = new Output(System.out, json);
    try {
      run(cluster, out);
    } finally {
      out.flush();
    }
    return exitCode();
  }

  /** A command that needs an admin client only. */
  abstract static class WithAdmin extends ClusterCommand {
    abstract void run(Admin admin, Output out);

    @Override
    final void run(Cluster cluster, Output out) {
      try (Admin admin = cluster.admin()) {
        run(admin, out);
      }
    }
  }
}
