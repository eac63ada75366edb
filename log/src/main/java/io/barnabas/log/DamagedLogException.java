package io.barnabas.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A log lacks, or holds unreadable, what was known to be on disk. That is no write that a crash cut
 * short, so the log is not used any more, and none of its data was changed.
 */
public final class DamagedLogException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Path file;
  private final long position;
  private final long firstOffset;
  private final long lastOffset;

  DamagedLogException(Path file, long position, long firstOffset, long lastOffset, String what) {
    super(
        "%s %s at byte %d: the offsets %d to %d were on disk and are not readable"
            .formatted(file, what, position, firstOffset, lastOffset));
    this.file = file;
    this.position = position;
    this.firstOffset = firstOffset;
    this.lastOffset = lastOffset;
  }

  /** Which file. */
  public Path file() {
    return file;
  }

  /** Where in it the first bad byte's batch begins. */
  public long position() {
    return position;
  }

  /** The first offset that is not readable. */
  public long firstOffset() {
    return firstOffset;
  }

  /** The last offset that is known not to be readable. */
  public long lastOffset() {
    return lastOffset;
  }
}
