package io.barnabas.server.net;

import io.barnabas.log.FileRegion;
import io.barnabas.log.LogSlice;
import java.util.List;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Records in an answer that go from their files to the socket. Owns its slice: whoever made it
 * gives it to {@link Call#answer} or closes it.
 */
public final class StoredRecords implements BaseRecords, AutoCloseable {
  private final LogSlice slice;

  /** Takes the slice over. */
  public StoredRecords(LogSlice slice) {
    this.slice = slice;
  }

  /** Where the bytes are, in order. */
  public List<FileRegion> regions() {
    return slice.regions();
  }

  @Override
  public int sizeInBytes() {
    return slice.sizeBytes();
  }

  /** Not offered: the connection writes the regions itself. */
  @Override
  public RecordsSend<? extends BaseRecords> toSend() {
    throw new UnsupportedOperationException("Stored records are written by their connection");
  }

  /** Lets go of the files; safe to repeat. */
  @Override
  public void close() {
    slice.close();
  }
}
