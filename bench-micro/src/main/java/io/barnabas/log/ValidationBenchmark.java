package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
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

/** The checks of a producer's batch alone: checksum, sizes, counts, and a walk of its records. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class ValidationBenchmark {
  /** What is checked: records and the bytes of a value. */
  @Param({"16x1000", "1x100", "160x100"})
  public String batch = "";

  private ByteBuffer bytes;
  private BatchValidator validator;

  /** Before the first. */
  @Setup
  public void make() {
    bytes = BenchLog.batch(batch);
    validator =
        new BatchValidator(
            new TopicPartition("bench", 0),
            LogConfig.of(Map.of()),
            Origin.CLIENT,
            BenchLog.TIMESTAMP_MS);
  }

  /** Checks a batch. */
  @Benchmark
  public ByteBuffer validate() {
    validator.validate(bytes);
    return bytes;
  }
}
