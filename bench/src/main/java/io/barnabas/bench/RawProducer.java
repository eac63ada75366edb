package io.barnabas.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * Sends the same prepared Produce request over and over on one connection, several in flight, so
 * that the client costs next to nothing and the broker is what is measured.
 */
final class RawProducer {
  static final short VERSION = 12;
  private static final int TIMEOUT_MS = 30_000;

  /** What to send. */
  record Load(
      String topic, int partitions, int recordBytes, int batchBytes, short acks, int inFlight) {
    int recordsPerBatch() {
      return Math.max(1, batchBytes / (recordBytes + 10));
    }

    long recordsPerRequest() {
      return (long) recordsPerBatch() * partitions;
    }
  }

  /** What came of it. */
  record Outcome(long records, long valueBytes, double seconds) {
    double recordsPerSecond() {
      return records / seconds;
    }
  }

  /** The broker answered with an error code. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(Errors error) {
      super("the broker refused a request: " + error);
    }
  }

  private RawProducer() {}

  /**
   * Sends records until there are so many or the time is over, and waits for every answer.
   *
   * @param limitSeconds when to stop early
   */
  static Outcome run(InetSocketAddress broker, Load load, long records, int limitSeconds)
      throws IOException {
    long requests =
        Math.max(1, (records + load.recordsPerRequest() - 1) / load.recordsPerRequest());
    ByteBuffer frame = RawConnection.frame(ApiKeys.PRODUCE, VERSION, request(load));
    try (RawConnection connection = new RawConnection(broker)) {
      Semaphore room = new Semaphore(load.inFlight());
      AtomicLong expected = new AtomicLong(requests);
      AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
      long startNanos = System.nanoTime();
      Thread reader =
          Thread.ofPlatform().start(() -> readAnswers(connection, expected, room, failure));
      for (long sent = 0; sent < expected.get() && failure.get() == null; sent++) {
        room.acquireUninterruptibly();
        if (System.nanoTime() - startNanos > limitSeconds * 1_000_000_000L) {
          // Said before the last request goes out, so that the reader cannot wait for one more.
          expected.set(sent + 1);
        }
        connection.send(frame);
      }
      join(reader);
      Throwable failed = failure.get();
      if (failed instanceof RefusedException refused) {
        throw refused;
      }
      if (failed != null) {
        throw new IOException("the connection failed", failed);
      }
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      long sentRecords = expected.get() * load.recordsPerRequest();
      return new Outcome(sentRecords, sentRecords * load.recordBytes(), seconds);
    }
  }

  private static void readAnswers(
      RawConnection connection,
      AtomicLong expected,
      Semaphore room,
      AtomicReference<@Nullable Throwable> failure) {
    try {
      for (long i = 0; i < expected.get(); i++) {
        check(connection.receive());
        room.release();
      }
    } catch (IOException | RuntimeException e) {
      failure.set(e);
      room.release(1);
    }
  }

  static void check(ByteBuffer answer) throws RefusedException {
    ResponseHeader.parse(answer, ApiKeys.PRODUCE.responseHeaderVersion(VERSION));
    ProduceResponseData data = new ProduceResponseData(new ByteBufferAccessor(answer), VERSION);
    for (var topic : data.responses()) {
      for (var partition : topic.partitionResponses()) {
        if (partition.errorCode() != 0) {
          throw new RefusedException(Errors.forCode(partition.errorCode()));
        }
      }
    }
  }

  private static void join(Thread thread) throws IOException {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  static ProduceRequestData request(Load load) {
    byte[] value = new byte[load.recordBytes()];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) ('A' + i % 26);
    }
    SimpleRecord[] records = new SimpleRecord[load.recordsPerBatch()];
    long nowMs = System.currentTimeMillis();
    for (int i = 0; i < records.length; i++) {
      records[i] = new SimpleRecord(nowMs, value);
    }
    var topic = new ProduceRequestData.TopicProduceData().setName(load.topic());
    for (int p = 0; p < load.partitions(); p++) {
      topic
          .partitionData()
          .add(
              new ProduceRequestData.PartitionProduceData()
                  .setIndex(p)
                  .setRecords(MemoryRecords.withRecords(Compression.NONE, records)));
    }
    var topics = new ProduceRequestData.TopicProduceDataCollection();
    topics.add(topic);
    return new ProduceRequestData()
        .setAcks(load.acks())
        .setTimeoutMs(TIMEOUT_MS)
        .setTopicData(topics);
  }
}
