package io.barnabas.bench;

import java.util.Map;

/**
 * Very many partitions written at once, acks=all, by ProducerPerformance and by the raw client (one
 * record a partition a request); also with small index files, which Kafka maps whole.
 */
final class PartitionsMeasure implements NodeMeasure {
  private static final int RECORD_BYTES = 1_000;
  private static final Map<String, String> SMALL_INDEXES = Map.of("segment.index.bytes", "65536");

  @Override
  public String name() {
    return "partitions";
  }

  @Override
  public boolean dependsOnFlushing() {
    return true;
  }

  @Override
  public void run(Trial trial) throws Exception {
    loads(trial, "many", "", Map.of());
    loads(trial, "many-small", ", small indexes", SMALL_INDEXES);
  }

  private static void loads(Trial trial, String topic, String kind, Map<String, String> settings)
      throws Exception {
    int partitions = trial.sizes().partitions();
    trial.createTopic(topic, partitions, settings);
    String suffix = ", " + partitions + " partitions, 1000 B, acks=all" + kind;
    long records = trial.sizes().toolRecords(RECORD_BYTES, trial.contender()) / 2;
    trial.metered(
        "raw producer" + suffix,
        () -> {
          RawProducer.Outcome outcome =
              RawProducer.run(
                  trial.broker().address(),
                  new RawProducer.Load(topic, partitions, RECORD_BYTES, 1, (short) -1, 5),
                  records,
                  trial.sizes().rawSeconds());
          trial.add("raw producer" + suffix + ": records/s", outcome.recordsPerSecond());
          return outcome.valueBytes();
        });
    trial.metered(
        "ProducerPerformance" + suffix,
        () -> {
          double perSecond =
              trial
                  .tools()
                  .producerPerformance(topic, records, RECORD_BYTES, "all")
                  .recordsPerSecond();
          trial.add("ProducerPerformance" + suffix + ": records/s", perSecond);
          return records * RECORD_BYTES;
        });
    trial.deleteTopic(topic);
  }
}
