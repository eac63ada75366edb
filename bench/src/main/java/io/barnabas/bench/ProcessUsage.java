package io.barnabas.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel accounts to a process so far; Linux only.
 *
 * @param cpuSeconds user and system time
 * @param residentMiB memory resident now
 */
record ProcessUsage(double cpuSeconds, double residentMiB) {

  private static final double TICKS_PER_SECOND = 100;
  private static final int USER_TICKS_AFTER_NAME = 11;

  /** User and system time of several processes together, seconds. */
  static double cpuSeconds(List<Long> pids) throws IOException {
    double sum = 0;
    for (long pid : pids) {
      sum += of(pid).cpuSeconds();
    }
    return sum;
  }

  static ProcessUsage of(long pid) throws IOException {
    Path folder = Path.of("/proc", Long.toString(pid));
    String stat = Files.readString(folder.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks =
        Long.parseLong(fields[USER_TICKS_AFTER_NAME])
            + Long.parseLong(fields[USER_TICKS_AFTER_NAME + 1]);
    long residentKiB =
        Files.readAllLines(folder.resolve("status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElse(0);
    return new ProcessUsage(ticks / TICKS_PER_SECOND, residentKiB / 1024.0);
  }
}
