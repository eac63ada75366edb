package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One thread appends to a log that does not wait for the disk: checks, offsets, one write. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class AppendBenchmark {
  /** What is appended: records and the bytes of a value. */
  @Param({"16x1000", "1x100"})
  public String batch = "";

  private ByteBuffer bytes;
  private BenchLog log;

  /** Before the first append. */
  @Setup
  public void open() throws IOException {
    bytes = BenchLog.batch(batch);
    log = BenchLog.open(Long.toString(Long.MAX_VALUE));
  }

  /** Before each iteration. */
  @Setup(Level.Iteration)
  public void empty() throws IOException {
    log.empty();
  }

  /** After the last one. */
  @TearDown
  public void close() throws IOException {
    log.close();
  }

  /** Appends a batch. */
  @Benchmark
  public Appended append() throws IOException {
    log.emptyIfLarge();
    return log.append(bytes);
  }
}
