package io.barnabas.coordinator;

import io.barnabas.log.FileRegion;
import io.barnabas.replica.FetchSpec;
import io.barnabas.replica.ReadLimit;
import io.barnabas.replica.Replica;
import io.barnabas.replica.ReplicaRead;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Reads all records of a partition that this node leads, a bounded piece at a time. */
final class PartitionReader {
  private static final long NO_LOG_OF_ITS_OWN = -1;

  private final Replica replica;
  private final int leaderEpoch;
  private final int bufferBytes;
  private ByteBuffer buffer;

  PartitionReader(Replica replica, int leaderEpoch, int bufferBytes) {
    this.replica = replica;
    this.leaderEpoch = leaderEpoch;
    this.bufferBytes = bufferBytes;
    buffer = ByteBuffer.allocate(0);
  }

  /**
   * Reads from the log's start to its end. On a platform thread.
   *
   * @param reader takes each record; throws to end it
   * @return the offset after the last record
   * @throws org.apache.kafka.common.errors.ApiException if this node does not lead in that epoch
   */
  long readAll(Consumer<Record> reader) throws IOException {
    long offset = replica.view().logStartOffset();
    while (offset < replica.view().logEndOffset()) {
      offset = readSome(offset, reader);
    }
    return offset;
  }

  private long readSome(long from, Consumer<Record> reader) throws IOException {
    FetchSpec spec =
        new FetchSpec(
            from,
            bufferBytes,
            true,
            OptionalInt.of(leaderEpoch),
            OptionalInt.empty(),
            ReadLimit.LOG_END,
            true,
            NO_LOG_OF_ITS_OWN);
    try (ReplicaRead read = replica.read(spec)) {
      long next = from;
      for (RecordBatch batch : MemoryRecords.readableRecords(fill(read)).batches()) {
        batch.ensureValid();
        next = batch.nextOffset();
        if (!batch.isControlBatch()) {
          for (Record each : batch) {
            if (each.offset() >= from) {
              reader.accept(each);
            }
          }
        }
      }
      if (next <= from) {
        throw new IOException("%s has nothing at offset %d".formatted(replica.id(), from));
      }
      return next;
    }
  }

  private ByteBuffer fill(ReplicaRead read) throws IOException {
    if (buffer.capacity() < read.records().sizeBytes()) {
      buffer = ByteBuffer.allocate(read.records().sizeBytes());
    }
    buffer.clear();
    for (FileRegion region : read.records().regions()) {
      buffer.limit(buffer.position() + region.length());
      if (region.file().read(buffer, region.position()) < region.length()) {
        throw new EOFException("%s ends in the middle of a batch".formatted(replica.id()));
      }
    }
    return buffer.flip();
  }
}
