package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
  private static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 2), 0, "topic");
  private static final AppendContext CLIENT = new AppendContext(3, Origin.CLIENT);

  @TempDir Path directory;

  private static ByteBuffer batch(Compression compression, String value) {
    return MemoryRecords.withRecords(
            compression,
            new SimpleRecord(1_000, value.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .buffer();
  }

  private LogDirectory open() throws IOException {
    return LogDirectory.open(RealWorld.create(), directory, LogDirectoryOptions.defaults());
  }

  @Test
  void flushedRecordsAreThereAfterReopening() throws IOException {
    LogConfig config = LogConfig.of(Map.of("segment.bytes", "300"));
    try (LogDirectory logs = open()) {
      PartitionLog log = logs.openOrCreate(ID, config);
      for (int i = 0; i < 20; i++) {
        assertThat(log.append(batch(Compression.gzip().build(), "v" + i), CLIENT).firstOffset())
            .isEqualTo(i);
      }
      CompletableFuture<Void> flushed = new CompletableFuture<>();
      log.whenFlushed(20, () -> flushed.complete(null));
      flushed.join();
      assertThat(log.flushedEndOffset()).isEqualTo(20);
      assertThat(log.segmentCount()).isGreaterThan(3);
    }
    try (LogDirectory logs = open()) {
      assertThat(logs.wasCleanlyClosed()).isTrue();
      assertThat(logs.stored()).hasSize(1);
      PartitionLog log = logs.openOrCreate(ID, config);
      assertThat(log.view()).isEqualTo(new LogView(0, 20, 20));
      assertThat(log.endOffsetForEpoch(3)).isEqualTo(new EpochEnd(3, 20));
      try (LogSlice slice = log.read(7, 20, 1, true)) {
        FileRegion region = slice.regions().getFirst();
        ByteBuffer read = ByteBuffer.allocate(region.length());
        region.file().read(read, region.position());
        assertThat(MemoryRecords.readableRecords(read.flip()).records())
            .singleElement()
            .satisfies(r -> assertThat(r.offset()).isEqualTo(7));
      }
      log.truncateTo(5, 100);
      assertThat(log.append(batch(Compression.NONE, "new"), CLIENT).firstOffset()).isEqualTo(5);
    }
  }

  @Test
  void corruptBatchIsRefused() throws IOException {
    try (LogDirectory logs = open()) {
      PartitionLog log = logs.openOrCreate(ID, LogConfig.of(Map.of()));
      ByteBuffer bad = batch(Compression.NONE, "value");
      bad.put(bad.limit() - 2, (byte) 0);
      assertThatThrownBy(() -> log.append(bad, CLIENT)).isInstanceOf(CorruptRecordException.class);
      assertThat(log.view().logEndOffset()).isZero();
    }
  }
}
