package io.barnabas.bench;

import java.util.List;

/** Where the figures of one contender's turn go. */
@FunctionalInterface
interface Figures {

  /** What must be done under the meter. */
  interface Load {
    /** Carries it out; returns the bytes of record values that went through. */
    long run() throws Exception;
  }

  /** Notes a value. */
  void add(String figure, double value);

  /** Carries out a load and notes what it cost these processes together. */
  default void metered(List<Long> pids, String figure, Load load) throws Exception {
    double before = ProcessUsage.cpuSeconds(pids);
    long bytes = load.run();
    double spent = ProcessUsage.cpuSeconds(pids) - before;
    add(figure + ": broker CPU s/GB", spent / (bytes / 1e9));
  }
}
