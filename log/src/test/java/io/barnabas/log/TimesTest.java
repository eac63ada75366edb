package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.flushed;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose time records have, and finding them by it. */
class TimesTest {
  private static final long START = SimulationOptions.defaults().startWallMillis();

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed;

  private interface Step {
    void run(SimulatedWorld world) throws Exception;
  }

  private RunEnd run(Step step) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    return world.run(() -> step.run(world));
  }

  /** Batches of three records whose times go up and down. */
  private static void fillWithTimes(PartitionLog log, Compression compression) throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      long time = START - 100_000 + random.nextInt(50_000);
      log.append(batch(compression, time, "a" + i, "b" + i, "c" + i), CLIENT);
    }
    flushed(log);
  }

  private static void checkSearch(PartitionLog log) throws IOException {
    List<Record> all = records(log);
    long least = all.stream().mapToLong(Record::timestamp).min().orElseThrow();
    long greatest = all.stream().mapToLong(Record::timestamp).max().orElseThrow();
    LongStream wanted =
        LongStream.concat(
            LongStream.of(0, least, least + 1, greatest, greatest + 1),
            all.stream().mapToLong(Record::timestamp).flatMap(t -> LongStream.of(t, t + 5)));
    for (long time : wanted.toArray()) {
      Optional<Long> expected =
          all.stream().filter(r -> r.timestamp() >= time).map(Record::offset).findFirst();
      assertThat(log.offsetForTimestamp(time).map(OffsetAndTimestamp::offset))
          .as("first from %d on", time)
          .isEqualTo(expected);
    }
    for (int below = 0; below <= all.size(); below += 7) {
      List<Record> some = all.subList(0, below);
      long max = some.stream().mapToLong(Record::timestamp).max().orElse(-1);
      long offset =
          some.stream()
              .filter(r -> r.timestamp() == max)
              .mapToLong(Record::offset)
              .findFirst()
              .orElse(-1);
      OffsetAndTimestamp found = log.maxTimestamp(all.getFirst().offset() + below);
      assertThat(found.timestampMs()).as("greatest below %d", below).isEqualTo(max);
      assertThat(found.offset()).as("greatest below %d", below).isEqualTo(offset);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "zstd", "lz4", "snappy"})
  void recordsAreFoundByTheirOwnTimes(String compression) {
    LogConfig config = config("segment.bytes", "2000", "index.interval.bytes", "200");
    RunEnd killed =
        run(
            world -> {
              PartitionLog log = open(world).openOrCreate(ID, config);
              fillWithTimes(log, Compression.of(compression).build());
              assertThat(log.segmentCount()).isGreaterThan(2);
              checkSearch(log);
              world.crash(CrashMode.KEEP_ALL);
            });
    assertThat(killed).isEqualTo(RunEnd.CRASHED);
    for (int start = 0; start < 2; start++) {
      RunEnd end =
          run(
              world -> {
                try (LogDirectory logs = open(world)) {
                  checkSearch(logs.openOrCreate(ID, config));
                }
              });
      assertThat(end).isEqualTo(RunEnd.FINISHED);
    }
  }

  @Test
  void recordsAreFoundByTheBrokersTime() {
    LogConfig config = config("message.timestamp.type", "LogAppendTime", "segment.bytes", "300");
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config);
                for (int i = 0; i < 8; i++) {
                  Appended appended =
                      log.append(batch(Compression.gzip().build(), 7, "a" + i, "b" + i), CLIENT);
                  long time = appended.logAppendTimeMs();
                  assertThat(time).isBetween(START + i * 1000L, world.clock().wallTimeMillis());
                  assertThat(log.offsetForTimestamp(time))
                      .contains(new OffsetAndTimestamp(2L * i, time, Optional.of(0)));
                  assertThat(log.offsetForTimestamp(time + 1)).isEmpty();
                  world.threads().sleep(TimeUnit.SECONDS.toNanos(1));
                }
                assertThat(records(log)).allMatch(r -> r.timestamp() >= START);
                checkSearch(log);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private static ByteBuffer stampedByTheClient(long time) {
    ByteBuffer batch = batch(Compression.NONE, time, "v");
    batch.putShort(BatchFormat.ATTRIBUTES, (short) BatchFormat.LOG_APPEND_TIME);
    batch.putInt(BatchFormat.CRC, BatchFormat.crc(batch, 0));
    return batch;
  }

  @ParameterizedTest
  @CsvSource({"CreateTime, -1", "LogAppendTime, 5", "LogAppendTime, -1"})
  void clientsDoNotSayThatTheBrokerGaveTheTime(String type, long time) {
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config("message.timestamp.type", type));
                assertThatThrownBy(() -> log.append(stampedByTheClient(time), CLIENT))
                    .isInstanceOfSatisfying(
                        RefusedRecordsException.class,
                        e -> assertThat(e.error()).isEqualTo(Errors.INVALID_TIMESTAMP));
                assertThat(log.view().logEndOffset()).isZero();
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  @Test
  void wrongTimestampTypeOfAGoodTimeIsCorrected() {
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config());
                ByteBuffer batch = stampedByTheClient(START - 5);
                log.append(batch, CLIENT);
                assertThat(BatchFormat.attributes(batch, 0)).isZero();
                assertThat(records(log))
                    .singleElement()
                    .satisfies(r -> assertThat(r.timestamp()).isEqualTo(START - 5));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  @ParameterizedTest
  @CsvSource({"-3600001, false", "-3600000, true", "60000, true", "60100, false"})
  void timesMustBeNearTheBrokers(long distanceMs, boolean taken) {
    LogConfig config =
        config(
            "message.timestamp.before.max.ms",
            "3600000",
            "message.timestamp.after.max.ms",
            "60000");
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config);
                long now = world.clock().wallTimeMillis();
                // One of the edges moves with the clock, by less than this.
                long time = now + distanceMs + (distanceMs < 0 && taken ? 50 : 0);
                ByteBuffer batch = batch(Compression.NONE, time, "v");
                if (taken) {
                  log.append(batch, CLIENT);
                } else {
                  assertThatThrownBy(() -> log.append(batch, CLIENT))
                      .isInstanceOf(RefusedRecordsException.class);
                }
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }
}
