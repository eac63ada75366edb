package io.barnabas.server.net;

import io.barnabas.log.BenchLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A produce request of one partition in the newest version, from its frame to its message. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class RequestBenchmark {
  private final Wire wire = new Wire();
  private final Requests requests = new Requests(List.of(new Produce()));
  private ByteBuffer frame;

  /** What the request holds: records and the bytes of a value. */
  @Param({"16x1000", "1x100"})
  public String batch = "";

  /** Makes the request. */
  @Setup
  public void make() {
    var partition =
        new ProduceRequestData.PartitionProduceData()
            .setIndex(0)
            .setRecords(MemoryRecords.readableRecords(BenchLog.batch(batch)));
    var topics = new TopicProduceDataCollection(1);
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setTopicId(new Uuid(1, 2))
            .setPartitionData(List.of(partition)));
    ProduceRequestData request =
        new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000).setTopicData(topics);
    short version = ApiKeys.PRODUCE.latestVersion();
    RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, version, "bench", 1);
    ByteBuffer bytes =
        RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
    frame = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
  }

  /** Reads the request. */
  @Benchmark
  public Requests.Incoming produce() throws MalformedRequestException {
    return requests.read(frame.rewind(), wire.queue, wire.client);
  }

  /** Says that produce requests are served. */
  private static final class Produce implements ApiHandler<ProduceRequestData> {
    @Override
    public ApiKeys api() {
      return ApiKeys.PRODUCE;
    }

    @Override
    public short oldestVersion() {
      return ApiKeys.PRODUCE.oldestVersion();
    }

    @Override
    public short newestVersion() {
      return ApiKeys.PRODUCE.latestVersion();
    }

    @Override
    public void handle(ProduceRequestData request, Call call) {
      throw new UnsupportedOperationException("nothing is handled here");
    }
  }
}
