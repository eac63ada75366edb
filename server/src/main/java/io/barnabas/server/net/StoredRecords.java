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
  private final List<FileRegion> regions;
  private final int sizeBytes;
  private final Runnable release;

  /** Takes the slice over. */
  public StoredRecords(LogSlice slice) {
    this(slice.regions(), slice.sizeBytes(), slice::close);
  }

  /**
   * Records that do not come from a log.
   *
   * @param release lets go of the files; safe to repeat
   */
  StoredRecords(List<FileRegion> regions, int sizeBytes, Runnable release) {
    this.regions = regions;
    this.sizeBytes = sizeBytes;
    this.release = release;
  }

  /** Where the bytes are, in order. */
  public List<FileRegion> regions() {
    return regions;
  }

  @Override
  public int sizeInBytes() {
    return sizeBytes;
  }

  /** Not offered: the connection writes the regions itself. */
  @Override
  public RecordsSend<? extends BaseRecords> toSend() {
    throw new UnsupportedOperationException("Stored records are written by their connection");
  }

  /** Lets go of the files; safe to repeat. */
  @Override
  public void close() {
    release.run();
  }
}
