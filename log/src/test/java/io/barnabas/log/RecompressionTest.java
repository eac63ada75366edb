package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A topic's compression.type decides how batches are stored. */
class RecompressionTest {
  private static void withLog(LogConfig config, Step step) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                step.run(logs.openOrCreate(ID, config));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private interface Step {
    void run(PartitionLog log) throws Exception;
  }

  private static ByteBuffer produced(CompressionType type, int bytes) {
    SimpleRecord[] records = new SimpleRecord[3];
    for (int i = 0; i < records.length; i++) {
      byte[] key = {(byte) i};
      byte[] value = "v".repeat(bytes).getBytes(StandardCharsets.UTF_8);
      RecordHeader[] headers = {new RecordHeader("h", key)};
      records[i] = new SimpleRecord(1_000 + i, key, value, headers);
    }
    return MemoryRecords.withIdempotentRecords(
            Compression.of(type).build(), 5, (short) 2, 0, records)
        .buffer();
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, gzip, GZIP",
    "GZIP, uncompressed, NONE",
    "NONE, zstd, ZSTD",
    "LZ4, snappy, SNAPPY",
    "ZSTD, lz4, LZ4",
    "SNAPPY, producer, SNAPPY",
    "ZSTD, zstd, ZSTD"
  })
  void batchesAreStoredAsTheTopicSays(CompressionType sent, String setting, CompressionType kept) {
    withLog(
        config("compression.type", setting),
        log -> {
          log.append(produced(CompressionType.NONE, 0), CLIENT);
          ByteBuffer batch = produced(sent, 20_000);
          batch.putInt(BatchFormat.BASE_SEQUENCE, 3);
          batch.putInt(BatchFormat.CRC, BatchFormat.crc(batch, 0));
          assertThat(log.append(batch, new AppendContext(4, Origin.CLIENT)).firstOffset())
              .isEqualTo(3);
          try (LogSlice slice = log.read(3, 6, Integer.MAX_VALUE, true)) {
            FileRegion region = slice.regions().getFirst();
            ByteBuffer bytes = ByteBuffer.allocate(region.length());
            region.file().read(bytes, region.position());
            check(MemoryRecords.readableRecords(bytes.flip()), kept);
          }
        });
  }

  private static void check(MemoryRecords stored, CompressionType kept) {
    List<MutableRecordBatch> batches = new java.util.ArrayList<>();
    stored.batches().forEach(batches::add);
    assertThat(batches).hasSize(1);
    MutableRecordBatch batch = batches.getFirst();
    batch.ensureValid();
    assertThat(batch.compressionType()).isEqualTo(kept);
    assertThat(batch.producerId()).isEqualTo(5);
    assertThat(batch.producerEpoch()).isEqualTo((short) 2);
    assertThat(batch.baseSequence()).isEqualTo(3);
    assertThat(batch.partitionLeaderEpoch()).isEqualTo(4);
    assertThat(batch.maxTimestamp()).isEqualTo(1_002);
    int i = 0;
    for (Record record : batch) {
      assertThat(record.offset()).isEqualTo(3 + i);
      assertThat(record.timestamp()).isEqualTo(1_000 + i);
      assertThat(record.key().get()).isEqualTo((byte) i);
      assertThat(record.valueSize()).isEqualTo(20_000);
      assertThat(record.headers()[0].value()).containsExactly(i);
      i++;
    }
    assertThat(i).isEqualTo(3);
  }

  @Test
  void batchThatIsTooLargeWhenUnpackedIsRefused() {
    withLog(
        config("compression.type", "uncompressed", "max.message.bytes", "10000"),
        log -> {
          assertThatThrownBy(() -> log.append(produced(CompressionType.GZIP, 20_000), CLIENT))
              .isInstanceOf(RecordTooLargeException.class);
          assertThat(log.view().logEndOffset()).isZero();
          log.append(produced(CompressionType.GZIP, 2_000), CLIENT);
        });
  }
}
