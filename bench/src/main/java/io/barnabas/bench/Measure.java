package io.barnabas.bench;

import java.util.List;

/** Something that is measured on a fresh broker. */
interface Measure {

  /** What the command line calls it. */
  String name();

  /** Whether a flush before the acknowledgement matters, so that every contender takes part. */
  boolean dependsOnFlushing();

  /** Does it and notes the figures. */
  void run(Trial trial) throws Exception;

  /** All there are, in the order of the table. */
  static List<Measure> all() {
    return List.of(
        new ProduceMeasure(100),
        new ProduceMeasure(1_000),
        new LatencyMeasure(),
        new PartitionsMeasure(),
        new ConsumeMeasure(),
        new StartMeasure());
  }
}
