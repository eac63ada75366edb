package io.barnabas.bench;

import java.util.Map;

/**
 * Time from the launch of the process to the first acknowledged record (Kafka's formatting of the
 * directory comes before and is not counted), and memory when idle.
 */
final class StartMeasure implements NodeMeasure {
  private static final int PARTITIONS = 6;
  private static final int LOAD_LIMIT_SECONDS = 120;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public boolean dependsOnFlushing() {
    return false;
  }

  @Override
  public void run(Trial trial) throws Exception {
    FirstRecord.createAndAwait(trial.broker().address(), "first");
    trial.add("start in an empty directory to first acknowledged record, s", sinceLaunch(trial));
    idle(trial, "after the start");
    trial.createTopic("load", PARTITIONS, Map.of());
    RawProducer.run(
        trial.broker().address(),
        new RawProducer.Load("load", PARTITIONS, 1_000, 16_384, (short) -1, 5),
        trial.sizes().rawRecords(1_000),
        LOAD_LIMIT_SECONDS);
    idle(trial, "after a load of " + trial.sizes().rawMiB() + " MiB");
    trial.broker().kill();
    trial.broker().restart();
    FirstRecord.awaitAcknowledged(trial.broker().address(), "load", PARTITIONS);
    trial.add(
        "restart with data after SIGKILL to first acknowledged record, s", sinceLaunch(trial));
    trial.broker().stop();
    trial.broker().restart();
    FirstRecord.awaitAcknowledged(trial.broker().address(), "load", PARTITIONS);
    trial.add(
        "restart with data after SIGTERM to first acknowledged record, s", sinceLaunch(trial));
  }

  private static double sinceLaunch(Trial trial) {
    return (System.nanoTime() - trial.broker().launchedNanos()) / 1e9;
  }

  private static void idle(Trial trial, String when) throws Exception {
    Thread.sleep(trial.sizes().idleSeconds() * 1_000L);
    double resident = ProcessUsage.of(trial.broker().pid()).residentMiB();
    trial.add("idle RSS " + when + ", MiB", resident);
  }
}
