package io.barnabas.bench;

import java.util.List;

/** Something that is measured on brokers that are started for it. */
interface Measure {

  /** What the command line calls it. */
  String name();

  /** Whether a contender takes part: not if what sets it apart from another changes nothing. */
  boolean concerns(Contender contender);

  /** Starts the contender, measures it, notes the figures and ends it. */
  void take(Turn turn) throws Exception;

  /** All there are, in the order of the table. */
  static List<Measure> all() {
    return List.of(
        new ProduceMeasure(100),
        new ProduceMeasure(1_000),
        new LatencyMeasure(),
        new PartitionsMeasure(),
        new ConsumeMeasure(),
        new StartMeasure(),
        new ClusterProduceMeasure(),
        new ClusterPacedMeasure(),
        new FailoverMeasure(),
        new GroupsMeasure());
  }
}
