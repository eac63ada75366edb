package io.barnabas.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/**
 * Latency of acknowledgements at 5,000 records of 1 KB a second, acks=all, six partitions: by the
 * Java client with no linger, and by the raw client with one record a request. A record's latency
 * counts from when it was due, so that a stall is felt by all who come into it. Then Kafka's own
 * EndToEndLatency.
 */
final class LatencyMeasure implements NodeMeasure {
  private static final int PARTITIONS = 6;
  private static final int RECORD_BYTES = PacedProducer.RECORD_BYTES;
  private static final int PER_SECOND = PacedProducer.PER_SECOND;
  private static final long INTERVAL_NANOS = PacedProducer.INTERVAL_NANOS;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public boolean dependsOnFlushing() {
    return true;
  }

  @Override
  public void run(Trial trial) throws Exception {
    trial.createTopic("latency", PARTITIONS, Map.of());
    int warmUp = trial.sizes().fixedRateSeconds() * PER_SECOND / 3;
    int records = warmUp + trial.sizes().fixedRateSeconds() * PER_SECOND;
    trial.metered("Java producer, 5000/s of 1000 B, acks=all", () -> java(trial, records, warmUp));
    trial.metered("raw producer, 5000/s of 1000 B, acks=all", () -> raw(trial, records, warmUp));
    trial.createTopic("end-to-end", 1, Map.of());
    int roundTrips = trial.sizes().endToEndRecords();
    trial.add(
        "EndToEndLatency, 1000 B, acks=all: average, ms",
        trial.tools().endToEndLatency("end-to-end", roundTrips));
  }

  private static long java(Trial trial, int records, int warmUp) throws Exception {
    Latencies latencies =
        PacedProducer.run(trial.broker().bootstrapServers(), "latency", PARTITIONS, records);
    latencies.report(trial, "Java producer, 5000/s of 1000 B, acks=all", warmUp);
    return (long) records * RECORD_BYTES;
  }

  private static long raw(Trial trial, int records, int warmUp) throws Exception {
    ByteBuffer frame =
        RawConnection.frame(
            ApiKeys.PRODUCE,
            RawProducer.VERSION,
            RawProducer.request(
                new RawProducer.Load("latency", 1, RECORD_BYTES, 1, (short) -1, 1)));
    Latencies latencies = new Latencies(records);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    try (RawConnection connection = new RawConnection(trial.broker().address())) {
      long firstDue = System.nanoTime();
      Thread reader =
          Thread.ofPlatform()
              .start(() -> readAnswers(connection, firstDue, records, latencies, failure));
      for (int i = 0; i < records && failure.get() == null; i++) {
        PacedProducer.awaitTime(firstDue + i * INTERVAL_NANOS);
        connection.send(frame);
      }
      reader.join();
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    latencies.report(trial, "raw producer, 5000/s of 1000 B, acks=all", warmUp);
    return (long) records * RECORD_BYTES;
  }

  private static void readAnswers(
      RawConnection connection,
      long firstDue,
      int records,
      Latencies latencies,
      AtomicReference<@Nullable Exception> failure) {
    try {
      for (int i = 0; i < records; i++) {
        ByteBuffer answer = connection.receive();
        latencies.add(System.nanoTime() - (firstDue + i * INTERVAL_NANOS));
        RawProducer.check(answer);
      }
    } catch (IOException | RuntimeException e) {
      failure.set(e);
    }
  }
}
