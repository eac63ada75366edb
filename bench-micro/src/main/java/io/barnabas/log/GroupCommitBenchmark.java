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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appends that are acknowledged, so on disk: a thread waits for each of its own before the next.
 * One thread pays for a force of the file alone; sixteen share them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GroupCommitBenchmark {
  /** What is appended: records and the bytes of a value. */
  @Param({"16x1000", "1x100"})
  public String batch = "";

  private BenchLog log;

  /** A thread's own buffer, because the log writes into it. */
  @State(Scope.Thread)
  public static class Producer {
    private ByteBuffer bytes;

    /** Before its first append. */
    @Setup
    public void make(GroupCommitBenchmark benchmark) {
      bytes = BenchLog.batch(benchmark.batch);
    }
  }

  /** Before the first append. */
  @Setup
  public void open() throws IOException {
    log = BenchLog.open("1");
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

  /** One thread. */
  @Benchmark
  @Threads(1)
  public Appended alone(Producer producer) throws IOException {
    return log.appendAndWait(producer.bytes);
  }

  /** Sixteen of them; the figure is that of all together. */
  @Benchmark
  @Threads(16)
  public Appended together(Producer producer) throws IOException {
    return log.appendAndWait(producer.bytes);
  }
}
