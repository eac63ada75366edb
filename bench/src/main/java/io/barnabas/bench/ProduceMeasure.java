package io.barnabas.bench;

import java.util.Map;

/**
 * Records per second and the broker's CPU, acks=1 and acks=all, by Kafka's ProducerPerformance and
 * by the raw client, into six partitions.
 */
final class ProduceMeasure implements NodeMeasure {
  private static final int PARTITIONS = 6;
  private static final int BATCH_BYTES = 16_384;
  private static final int IN_FLIGHT = 5;

  private final int recordBytes;

  ProduceMeasure(int recordBytes) {
    this.recordBytes = recordBytes;
  }

  @Override
  public String name() {
    return "produce-" + recordBytes;
  }

  @Override
  public boolean dependsOnFlushing() {
    return true;
  }

  @Override
  public void run(Trial trial) throws Exception {
    trial.createTopic("warm-up", PARTITIONS, Map.of());
    raw(trial, "warm-up", -1, trial.sizes().rawRecords(recordBytes) / 4);
    trial.deleteTopic("warm-up");
    for (String acks : new String[] {"1", "all"}) {
      String load = recordBytes + " B, acks=" + acks;
      String rawTopic = "raw-" + acks;
      trial.createTopic(rawTopic, PARTITIONS, Map.of());
      trial.metered(
          "raw producer, " + load,
          () -> {
            RawProducer.Outcome outcome =
                raw(
                    trial,
                    rawTopic,
                    acks.equals("1") ? 1 : -1,
                    trial.sizes().rawRecords(recordBytes));
            trial.add("raw producer, " + load + ": records/s", outcome.recordsPerSecond());
            return outcome.valueBytes();
          });
      trial.deleteTopic(rawTopic);
      String toolTopic = "tool-" + acks;
      trial.createTopic(toolTopic, PARTITIONS, Map.of());
      trial.metered("ProducerPerformance, " + load, () -> tool(trial, toolTopic, acks, load));
      trial.deleteTopic(toolTopic);
    }
  }

  private RawProducer.Outcome raw(Trial trial, String topic, int acks, long records)
      throws Exception {
    return RawProducer.run(
        trial.broker().address(),
        new RawProducer.Load(topic, PARTITIONS, recordBytes, BATCH_BYTES, (short) acks, IN_FLIGHT),
        records,
        trial.sizes().rawSeconds());
  }

  private long tool(Trial trial, String topic, String acks, String load) throws Exception {
    long records = trial.sizes().toolRecords(recordBytes, trial.contender());
    double perSecond =
        trial.tools().producerPerformance(topic, records, recordBytes, acks).recordsPerSecond();
    trial.add("ProducerPerformance, " + load + ": records/s", perSecond);
    return records * recordBytes;
  }
}
