package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
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

/**
 * What a fetch asks of a log: its bounds, and where the batches from an offset on are. The bytes
 * themselves are not read, they go from the file to the connection.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class ReadBenchmark {
  private static final int BATCHES = 4_096;
  private static final int RECORDS = 16;

  private BenchLog log;

  /** Fills the log with 64 MiB. */
  @Setup
  public void fill() throws IOException {
    log = BenchLog.open(Long.toString(Long.MAX_VALUE));
    ByteBuffer batch = BenchLog.batch(RECORDS + "x1000");
    for (int i = 0; i < BATCHES; i++) {
      log.append(batch);
    }
  }

  /** After the last one. */
  @TearDown
  public void close() throws IOException {
    log.close();
  }

  /** The last batch, as a consumer that keeps up reads it. */
  @Benchmark
  public int tail() throws IOException {
    LogView view = log.log().view();
    return read(view.logEndOffset() - RECORDS, view);
  }

  /** One mebibyte from the middle, as a consumer that is behind reads it. */
  @Benchmark
  public int middle() throws IOException {
    LogView view = log.log().view();
    return read(view.logEndOffset() / 2, view);
  }

  /** Nothing, as a consumer that has it all finds it. */
  @Benchmark
  public int end() throws IOException {
    LogView view = log.log().view();
    return read(view.logEndOffset(), view);
  }

  private int read(long from, LogView view) throws IOException {
    try (LogSlice slice = log.log().read(from, view.flushedEndOffset(), 1 << 20, true)) {
      return slice.sizeBytes();
    }
  }
}
