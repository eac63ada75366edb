package io.barnabas.log;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Whole batches of a log, in order. Keeps their files open until it is closed. Thread-safe. */
public final class LogSlice implements AutoCloseable {
  /** No batches. */
  public static final LogSlice EMPTY = new LogSlice(List.of(), List.of(), false);

  private final List<FileRegion> regions;
  private final int sizeBytes;
  private final List<Segment> held;
  private final boolean cut;
  private final AtomicBoolean closed = new AtomicBoolean();

  LogSlice(List<FileRegion> regions, List<Segment> held, boolean cut) {
    this.regions = List.copyOf(regions);
    this.held = List.copyOf(held);
    this.cut = cut;
    sizeBytes = regions.stream().mapToInt(FileRegion::length).sum();
  }

  /** The stretches, in the order of their offsets. */
  public List<FileRegion> regions() {
    return regions;
  }

  /** The length of all regions, 0 when nothing was there to read. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** Whether there were more batches than the bytes allowed. */
  public boolean isCut() {
    return cut;
  }

  /** Lets go of the files; safe to repeat. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      held.forEach(Segment::release);
    }
  }
}
