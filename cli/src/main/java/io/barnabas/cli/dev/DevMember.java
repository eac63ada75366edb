package io.barnabas.cli.dev;

import io.barnabas.cli.CliException;
import io.barnabas.cli.PropertiesFile;
import java.nio.file.Path;

/**
 * One node of the cluster, as its settings file says.
 *
 * @param settings its settings file
 * @param log where its log output goes
 * @param address where clients reach it, as host:port
 */
record DevMember(int id, Path settings, Path log, String address) {
  private static final String SCHEME = "://";

  /** The node whose settings are in a file. */
  static DevMember of(Path directory, int id) {
    Path settings = settings(directory, id);
    String listeners = PropertiesFile.read(settings).getProperty("listeners", "");
    String first = listeners.split(",", -1)[0].strip();
    int scheme = first.indexOf(SCHEME);
    if (scheme < 0) {
      throw new CliException(
          "The file %s does not say in listeners where the node listens.".formatted(settings));
    }
    return new DevMember(
        id,
        settings,
        directory.resolve("node-%d.log".formatted(id)),
        first.substring(scheme + SCHEME.length()));
  }

  static Path settings(Path directory, int id) {
    return directory.resolve("node-%d.properties".formatted(id));
  }

  static Path data(Path directory, int id) {
    return directory.resolve("node-%d".formatted(id));
  }
}
