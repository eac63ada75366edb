package io.barnabas.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How long ago this process began, the start of the JVM included. */
final class ProcessAge {
  private static final Path SELF = Path.of("/proc/self/stat");
  private static final Path UPTIME = Path.of("/proc/uptime");

  /** The start time's place among what follows the program's name. */
  private static final int START_TIME = 19;

  /** The kernel shows times to programs in hundredths of a second. */
  private static final long MILLIS_PER_TICK = 10;

  private ProcessAge() {}

  /**
   * In milliseconds. Where the kernel does not tell, by the JVM's clock, which may be out by a
   * second.
   */
  static long millis() {
    try {
      String stat = Files.readString(SELF);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      String uptime = Files.readString(UPTIME);
      double uptimeSeconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
      long age =
          Math.round(uptimeSeconds * 1000) - Long.parseLong(fields[START_TIME]) * MILLIS_PER_TICK;
      return Math.max(age, 0);
    } catch (IOException | RuntimeException e) {
      return ProcessHandle.current()
          .info()
          .startInstant()
          .map(start -> Math.max(System.currentTimeMillis() - start.toEpochMilli(), 0))
          .orElse(0L);
    }
  }
}
