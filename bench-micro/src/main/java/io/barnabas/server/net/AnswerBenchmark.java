package io.barnabas.server.net;

import io.barnabas.log.BenchLog;
import io.barnabas.log.LogSlice;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponseCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Answers of one partition in the newest version, encoded and handed to a connection. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class AnswerBenchmark {
  private static final Uuid TOPIC = new Uuid(1, 2);

  private final Wire wire = new Wire();
  private final PendingCall produce = call(ApiKeys.PRODUCE);
  private final PendingCall fetch = call(ApiKeys.FETCH);
  private final ApiMessage produced = produceAnswer();
  private BenchLog log;
  private ApiMessage small;
  private ApiMessage large;

  /** Appends what the answers hold. */
  @Setup
  public void fill() throws IOException {
    log = BenchLog.open(Long.toString(Long.MAX_VALUE));
    for (int i = 0; i < 64; i++) {
      log.append(BenchLog.batch("16x1000"));
    }
    small = fetchAnswer(log.log().read(0, 16, 1 << 20, true));
    large = fetchAnswer(log.log().read(0, 1_024, 1 << 20, true));
  }

  /** After the last one. */
  @TearDown
  public void close() throws IOException {
    AnswerRecords.close(small);
    AnswerRecords.close(large);
    log.close();
  }

  /** The answer to a produce request. */
  @Benchmark
  public int produce() throws IOException {
    return write(produce, produced);
  }

  /** The answer to a fetch with a batch of 16 KB, which is copied to go out with the rest. */
  @Benchmark
  public int fetch16KB() throws IOException {
    return write(fetch, small);
  }

  /** The same with 1 MB, which the connection takes from the file; that is not in the figure. */
  @Benchmark
  public int fetch1MB() throws IOException {
    return write(fetch, large);
  }

  private int write(PendingCall call, ApiMessage answer) throws IOException {
    wire.writer.write(call, answer);
    int waiting = wire.writer.unflushedBytes();
    wire.writer.flush();
    return waiting;
  }

  private PendingCall call(ApiKeys api) {
    return new PendingCall(wire.queue, wire.client, api, api.latestVersion(), 1, "bench");
  }

  private static ApiMessage produceAnswer() {
    var partition =
        new ProduceResponseData.PartitionProduceResponse()
            .setIndex(0)
            .setBaseOffset(1_000_000)
            .setLogStartOffset(0);
    var topics = new TopicProduceResponseCollection(1);
    topics.add(
        new ProduceResponseData.TopicProduceResponse()
            .setTopicId(TOPIC)
            .setPartitionResponses(List.of(partition)));
    return new ProduceResponseData().setResponses(topics);
  }

  private static ApiMessage fetchAnswer(LogSlice slice) {
    var partition =
        new FetchResponseData.PartitionData()
            .setPartitionIndex(0)
            .setHighWatermark(1_000_000)
            .setLastStableOffset(1_000_000)
            .setLogStartOffset(0)
            .setRecords(new StoredRecords(slice));
    return new FetchResponseData()
        .setResponses(
            List.of(
                new FetchResponseData.FetchableTopicResponse()
                    .setTopicId(TOPIC)
                    .setPartitions(List.of(partition))));
  }
}
