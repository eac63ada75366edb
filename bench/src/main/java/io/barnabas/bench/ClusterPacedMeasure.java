package io.barnabas.bench;

/**
 * Latency of acknowledgements and the CPU of all nodes at 5,000 records of 1 KB a second, evenly
 * spaced, by the Java producer with acks=all and no linger.
 */
final class ClusterPacedMeasure implements ClusterMeasure {
  private static final String FIGURE = "three nodes, Java producer, 5000/s of 1000 B, acks=all";

  @Override
  public String name() {
    return "cluster-paced";
  }

  @Override
  public void run(ClusterTrial trial) throws Exception {
    trial.createTopic("paced", PARTITIONS);
    int seconds = trial.turn().sizes().fixedRateSeconds();
    int warmUp = seconds * PacedProducer.PER_SECOND / 3;
    int records = warmUp + seconds * PacedProducer.PER_SECOND;
    trial.metered(
        FIGURE,
        () -> {
          String bootstrap = trial.cluster().bootstrapServers();
          Latencies latencies = PacedProducer.run(bootstrap, "paced", PARTITIONS, records);
          latencies.report(trial, FIGURE, warmUp);
          return (long) records * PacedProducer.RECORD_BYTES;
        });
  }
}
