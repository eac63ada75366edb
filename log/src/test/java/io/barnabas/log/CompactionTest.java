package io.barnabas.log;

import static io.barnabas.log.Compacted.COORDINATOR;
import static io.barnabas.log.Compacted.batch;
import static io.barnabas.log.Compacted.batches;
import static io.barnabas.log.Compacted.compact;
import static io.barnabas.log.Compacted.contents;
import static io.barnabas.log.Compacted.keyed;
import static io.barnabas.log.Compacted.marker;
import static io.barnabas.log.Compacted.transactional;
import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.flushed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** What stays of a log whose records have newer ones of the same keys. */
class CompactionTest {
  /** Three batches of one small record go into a segment. */
  private static final String THREE_A_SEGMENT = "230";

  private static final LogConfig COMPACT = compacted();

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed;

  private interface Step {
    void run(SimulatedWorld world) throws Exception;
  }

  private void run(Step step) {
    SimulatedWorld world =
        new SimulatedWorld(seed++, SimulationOptions.defaults().withMaxSteps(20_000_000), disk);
    assertThat(world.run(() -> step.run(world))).isEqualTo(RunEnd.FINISHED);
  }

  private static LogConfig compacted(String... more) {
    String[] all = new String[more.length + 4];
    all[0] = "cleanup.policy";
    all[1] = "compact";
    all[2] = "segment.bytes";
    all[3] = THREE_A_SEGMENT;
    System.arraycopy(more, 0, all, 4, more.length);
    return config(all);
  }

  private static void sleep(SimulatedWorld world, long seconds) {
    world.threads().sleep(TimeUnit.SECONDS.toNanos(seconds));
  }

  /** Writes keys in turn, one record a batch, the values numbered. */
  private static void write(PartitionLog log, int from, String... keys) throws Exception {
    for (int i = 0; i < keys.length; i++) {
      log.append(batch(keys[i], "v" + (from + i)), CLIENT);
    }
    flushed(log);
  }

  @Test
  void onlyTheNewestOfEachKeyStaysBelowTheSegmentThatIsWritten() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            write(log, 0, "a", "b", "a", "c", "b", "a", "a", "d");
            assertThat(log.segmentCount()).isEqualTo(3);
            assertThat(compact(world, log)).isTrue();
            assertThat(contents(log))
                .containsExactly("3 c=v3", "4 b=v4", "5 a=v5", "6 a=v6", "7 d=v7");
            assertThat(log.view()).isEqualTo(new LogView(0, 8, 8));
            assertThat(compact(world, log)).as("a second time").isFalse();
          }
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            assertThat(contents(log))
                .containsExactly("3 c=v3", "4 b=v4", "5 a=v5", "6 a=v6", "7 d=v7");
            assertThat(compact(world, log)).as("after a restart").isFalse();
            assertThat(log.append(batch("e", "v8"), CLIENT).firstOffset()).isEqualTo(8);
          }
        });
  }

  /** Or one request that unpacks to very many records would take all of the node's memory. */
  @Test
  void aBatchOfWhichTooMuchWouldStayIsLeftAsItIs() {
    int many = 100_000;
    SimpleRecord[] records = new SimpleRecord[many];
    for (int i = 0; i < many; i++) {
      records[i] = Compacted.keyed(1_000, "k" + i, "old");
    }
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log =
                Compacted.log(logs, ID, config("cleanup.policy", "compact", "segment.ms", "1000"));
            log.append(
                MemoryRecords.withRecords(Compression.zstd().build(), records).buffer(), CLIENT);
            for (int i = 0; i < 3; i++) {
              log.append(batch(keyed(20_000L * (i + 1), "k0", "v" + i)), CLIENT);
            }
            flushed(log);
            CleanerOptions small = new CleanerOptions(false, 4 << 20, 0.9, Double.MAX_VALUE, 1);
            assertThat(compact(world, log, small)).isTrue();
            assertThat(contents(log))
                .hasSize(many + 2)
                .contains("0 k0=old", (many + 1) + " k0=v1", (many + 2) + " k0=v2");
          }
        });
  }

  /** As after its replica was opened, and before that says so. */
  @Test
  void nothingIsCompactedWhileNobodySaysWhatIsReplicated() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = logs.openOrCreate(ID, COMPACT);
            write(log, 0, "a", "a", "a", "a", "a", "a", "a", "a");
            assertThat(compact(world, log)).isFalse();
          }
        });
  }

  @Test
  void aReadInAHoleBeginsWithTheNextBatch() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            write(log, 0, "a", "b", "a", "a", "b", "c", "d", "e");
            compact(world, log);
            for (long offset = 0; offset < 3; offset++) {
              try (LogSlice slice = log.read(offset, 8, 1, true)) {
                ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
                slice
                    .regions()
                    .getFirst()
                    .file()
                    .read(bytes, slice.regions().getFirst().position());
                assertThat(bytes.getLong(0)).isEqualTo(2);
                assertThat(bytes.limit()).as("of a batch without records").isEqualTo(61);
              }
            }
          }
        });
  }

  @Test
  void smallSegmentsAreMergedAndWhoReadsTheOldOnesGoesOn() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            write(log, 0, "a", "a", "b", "a", "b", "b", "a", "a", "b", "x");
            try (LogSlice before = log.read(0, 9, 1 << 20, true)) {
              compact(world, log);
              write(log, 10, "y", "z", "a", "b");
              compact(world, log);
              assertThat(log.segmentCount()).isLessThan(5);
              sleep(world, 70);
              int batches = 0;
              for (FileRegion region : before.regions()) {
                ByteBuffer bytes = ByteBuffer.allocate(region.length());
                region.file().read(bytes, region.position());
                for (RecordBatch batch : MemoryRecords.readableRecords(bytes.flip()).batches()) {
                  batch.ensureValid();
                  assertThat(batch.lastOffset()).isEqualTo(batches++);
                }
              }
              assertThat(batches).isEqualTo(9);
            }
            assertThat(disk.list(FOLDER).toString())
                .doesNotContain("deleted")
                .doesNotContain("swap")
                .doesNotContain("cleaned");
          }
        });
  }

  @Test
  void aDeletionStaysForAsLongAsTheTopicSays() {
    LogConfig config = compacted("delete.retention.ms", "60000");
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, config);
            write(log, 0, "a", "b");
            log.append(batch("a", null), CLIENT);
            write(log, 3, "c", "d", "e", "f");
            compact(world, log);
            assertThat(contents(log)).contains("2 a=-").doesNotContain("0 a=v0");
            sleep(world, 50);
            write(log, 7, "c", "d", "e");
            compact(world, log);
            assertThat(contents(log)).contains("2 a=-");
            sleep(world, 15);
            write(log, 10, "c", "d", "e");
            compact(world, log);
            assertThat(contents(log)).doesNotContain("2 a=-").contains("1 b=v1");
            // Times are those that were given, though the batch counts from its horizon.
            assertThat(batches(log).getFirst().iterator().next().timestamp()).isEqualTo(1_000);
          }
        });
  }

  @Test
  void aProducerStaysKnownByItsLastBatch() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            log.append(idempotent(7, 0, "a", "b"), CLIENT);
            log.append(idempotent(7, 2, "a", "b"), CLIENT);
            write(log, 4, "a", "b", "c", "d", "e", "f");
            compact(world, log);
            assertThat(contents(log)).doesNotContain("2 a=v", "3 b=v");
            assertThat(batches(log).getFirst().baseOffset()).isEqualTo(2);
            assertThat(batches(log).getFirst().countOrNull()).isZero();
          }
          for (var name : disk.list(FOLDER)) {
            if (name.toString().endsWith(".snapshot")) {
              disk.delete(FOLDER.resolve(name));
            }
          }
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            assertThat(log.producers()).hasSize(1);
            assertThat(log.producers().getFirst().lastSequence()).isEqualTo(3);
            assertThat(log.append(idempotent(7, 2, "a", "b"), CLIENT).duplicate()).isTrue();
            assertThat(log.append(idempotent(7, 4, "a", "b"), CLIENT).duplicate()).isFalse();
          }
        });
  }

  private static ByteBuffer idempotent(long producerId, int sequence, String... keys) {
    SimpleRecord[] records = new SimpleRecord[keys.length];
    for (int i = 0; i < keys.length; i++) {
      records[i] = keyed(1_000, keys[i], "v");
    }
    return MemoryRecords.withIdempotentRecords(
            Compression.NONE, producerId, (short) 0, sequence, records)
        .buffer();
  }

  @Test
  void compressedBatchesKeepTheirCodecAndWhatStaysOfThem() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            for (Compression codec :
                List.of(
                    Compression.gzip().build(),
                    Compression.snappy().build(),
                    Compression.lz4().build(),
                    Compression.zstd().build())) {
              String own = codec.type().name;
              log.append(
                  MemoryRecords.withRecords(
                          codec,
                          keyed(1_000, "shared", own),
                          keyed(2_000, own, "x".repeat(100)),
                          keyed(3_000, "shared", own))
                      .buffer(),
                  CLIENT);
            }
            write(log, 12, "y", "z", "y", "z");
            compact(world, log);
            assertThat(contents(log).stream().filter(s -> s.contains("shared")))
                .containsExactly("11 shared=zstd");
            List<RecordBatch> batches = batches(log);
            for (int i = 0; i < 4; i++) {
              RecordBatch batch = batches.get(i);
              assertThat(batch.baseOffset()).isEqualTo(3L * i);
              assertThat(batch.lastOffset()).isEqualTo(3L * i + 2);
              assertThat((int) batch.compressionType().id).isEqualTo(i + 1);
              assertThat(batch.countOrNull()).isEqualTo(i == 3 ? 2 : 1);
              assertThat(batch.iterator().next().timestamp()).isEqualTo(2_000);
            }
          }
        });
  }

  @Test
  void whatWasAbortedGoesAndItsMarkerLater() {
    LogConfig config = compacted("delete.retention.ms", "60000");
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, config);
            write(log, 0, "a");
            log.append(transactional(5, 0, keyed(1_000, "a", "aborted")), CLIENT);
            log.append(transactional(6, 0, keyed(1_000, "b", "committed")), CLIENT);
            log.append(
                marker(5, new EndTransactionMarker(ControlRecordType.ABORT, 0)), COORDINATOR);
            log.append(
                marker(6, new EndTransactionMarker(ControlRecordType.COMMIT, 0)), COORDINATOR);
            log.append(transactional(5, 1, keyed(1_000, "c", "next")), CLIENT);
            log.append(
                marker(5, new EndTransactionMarker(ControlRecordType.COMMIT, 0)), COORDINATOR);
            write(log, 7, "x", "y", "z", "x");
            compact(world, log);
            assertThat(contents(log))
                .contains("0 a=v0", "2 b=committed", "3 marker", "4 marker", "5 c=next")
                .doesNotContain("1 a=aborted");
            write(log, 11, "x", "y", "z", "x");
            compact(world, log);
            assertThat(contents(log)).contains("3 marker", "4 marker", "6 marker");
            sleep(world, 61);
            write(log, 15, "x", "y", "z", "x");
            compact(world, log);
            assertThat(contents(log)).contains("4 marker", "6 marker").doesNotContain("3 marker");
          }
        });
  }

  @Test
  void nothingIsCompactedThatATransactionOrAFollowerMayStillTakeBack() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            log.watchHighWatermark(() -> 4);
            write(log, 0, "a", "a", "b", "a", "b", "c", "a", "b", "c", "d");
            compact(world, log);
            assertThat(contents(log)).hasSize(9).doesNotContain("0 a=v0").contains("3 a=v3");
            log.watchHighWatermark(() -> 1_000);
            log.append(transactional(5, 0, keyed(1_000, "a", "open")), CLIENT);
            write(log, 11, "a", "a", "a", "a", "a", "a", "a");
            compact(world, log);
            assertThat(contents(log)).contains("10 a=open", "11 a=v11", "12 a=v12");
            log.append(
                marker(5, new EndTransactionMarker(ControlRecordType.ABORT, 0)), COORDINATOR);
            write(log, 19, "x", "y", "z");
            compact(world, log);
            assertThat(contents(log)).doesNotContain("10 a=open", "11 a=v11", "12 a=v12");
          }
        });
  }

  @Test
  void keysThatHaveNoRoomWaitForTheNextPass() throws Exception {
    CleanerOptions tiny = new CleanerOptions(false, 24 * 6, 0.7, Double.MAX_VALUE, 15_000);
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            String[] keys = new String[40];
            for (int i = 0; i < keys.length; i++) {
              keys[i] = "k" + i % 10;
            }
            write(log, 0, keys);
            int passes = 0;
            while (compact(world, log, tiny)) {
              passes++;
            }
            assertThat(passes).isGreaterThan(5);
            assertThat(contents(log)).hasSize(11);
            ByteBuffer large =
                batch(
                    keyed(1, "1", "v"),
                    keyed(1, "2", "v"),
                    keyed(1, "3", "v"),
                    keyed(1, "4", "v"),
                    keyed(1, "5", "v"));
            log.append(large, CLIENT);
            write(log, 45, "a", "b", "c", "d");
            compact(world, log, tiny);
            assertThatThrownBy(() -> compact(world, log, tiny))
                .isInstanceOf(UncleanableException.class);
          }
        });
  }

  @Test
  void aCutTakesTheCheckpointAlongAndEndsAPass() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            write(log, 0, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
            compact(world, log);
            assertThat(checkpoint()).isEqualTo("0\n1\ntopic 0 9\n");
            log.truncateTo(4, 0);
            assertThat(checkpoint()).isEqualTo("0\n1\ntopic 0 4\n");
            write(log, 4, "a", "b", "a", "c", "d", "c");
            Cleanable cleanable = log.compaction().cleanable();
            assertThat(cleanable.firstDirty()).isEqualTo(4);
            long cuts = log.compaction().cuts();
            log.truncateTo(9, 0);
            assertThatThrownBy(() -> log.compaction().compacted(9, cuts))
                .isInstanceOf(CleaningAbortedException.class);
          }
        });
  }

  private String checkpoint() throws Exception {
    byte[] content = disk.content(DIRECTORY.resolve("cleaner-offset-checkpoint"));
    return new String(content, StandardCharsets.UTF_8);
  }

  @Test
  void timestampsAreFoundInWhatIsLeft() {
    run(
        world -> {
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            for (int i = 0; i < 10; i++) {
              log.append(batch(keyed(1_000 + i, i % 2 == 0 ? "a" : "k" + i, "v")), CLIENT);
            }
            flushed(log);
            compact(world, log);
            assertThat(log.offsetForTimestamp(1_002).orElseThrow().offset()).isEqualTo(3);
            assertThat(log.maxTimestamp(9).offset()).isEqualTo(8);
          }
          try (LogDirectory logs = Compacted.open(world)) {
            PartitionLog log = Compacted.log(logs, ID, COMPACT);
            assertThat(log.offsetForTimestamp(1_002).orElseThrow().offset()).isEqualTo(3);
          }
        });
  }
}
