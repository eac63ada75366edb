package io.barnabas.bench;

/** Records per second and the CPU of all nodes, by Kafka's ProducerPerformance with acks=all. */
final class ClusterProduceMeasure implements ClusterMeasure {
  private static final int RECORD_BYTES = 1_000;
  private static final int WARM_UP_SHARE = 8;
  private static final String FIGURE = "three nodes, ProducerPerformance, 1000 B, acks=all";

  @Override
  public String name() {
    return "cluster-produce";
  }

  @Override
  public void run(ClusterTrial trial) throws Exception {
    long records = trial.turn().sizes().toolRecords(RECORD_BYTES, trial.turn().contender());
    trial.createTopic("produce", PARTITIONS);
    produce(trial, records / WARM_UP_SHARE);
    trial.metered(
        FIGURE,
        () -> {
          KafkaTools.Produced produced = produce(trial, records);
          trial.add(FIGURE + ": records/s", produced.recordsPerSecond());
          trial.add(FIGURE + ": p50, ms", produced.p50Ms());
          trial.add(FIGURE + ": p99, ms", produced.p99Ms());
          return records * RECORD_BYTES;
        });
  }

  private static KafkaTools.Produced produce(ClusterTrial trial, long records) throws Exception {
    return trial.tools().producerPerformance("produce", records, RECORD_BYTES, "all");
  }
}
