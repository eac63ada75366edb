package io.barnabas.log.inspect;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares an index with the batches of its segment as they come by. Says the first thing that is
 * wrong, and no more: what follows may be wrong because of it.
 *
 * @param <E> the kind of its entries
 */
abstract class IndexCheck<E extends IndexEntry> implements Closeable {
  private final Path path;
  private final IndexReader<E> reader;
  private final Consumer<Damage> found;

  /** The entry whose batch has not come by; null at the end, or where something is wrong. */
  protected @Nullable E entry;

  IndexCheck(Path path, IndexReader<E> reader, Consumer<Damage> found) {
    this.path = path;
    this.reader = reader;
    this.found = found;
  }

  /** What is wrong with an entry that follows another; null if nothing is. */
  protected abstract @Nullable String disorder(E before, E next);

  /** A good batch is next. */
  abstract void batch(BatchHeader batch) throws IOException;

  /** Something else is next, of which nothing is known. */
  abstract void gap(Damage gap) throws IOException;

  /** What is wrong with an entry behind the last batch; null if nobody can tell. */
  protected abstract @Nullable String surplus(E left);

  /** Goes to the first entry. */
  void begin() throws IOException {
    advance();
  }

  protected final void advance() throws IOException {
    E before = entry;
    entry = null;
    try {
      E next = reader.next().orElse(null);
      String wrong = before == null || next == null ? null : disorder(before, next);
      if (next != null && wrong != null) {
        say(next, wrong);
      } else {
        entry = next;
      }
    } catch (DamagedFileException e) {
      found.accept(e.damage());
    }
  }

  /** Something is wrong, and nothing more is compared. */
  protected final void say(E wrong, String what) {
    found.accept(Damage.of(path, wrong.at(), what));
    entry = null;
  }

  /** The segment ends. */
  final void end() {
    E left = entry;
    String wrong = left == null ? null : surplus(left);
    if (left != null && wrong != null) {
      say(left, wrong);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /** Of an {@code .index}. */
  static final class OfOffsets extends IndexCheck<IndexEntry.OfOffset> {
    OfOffsets(Path path, IndexReader<IndexEntry.OfOffset> reader, Consumer<Damage> found) {
      super(path, reader, found);
    }

    @Override
    protected @Nullable String disorder(IndexEntry.OfOffset before, IndexEntry.OfOffset next) {
      return next.offset() > before.offset() && next.position() > before.position()
          ? null
          : "is an entry that is not above the one before it";
    }

    @Override
    void batch(BatchHeader batch) throws IOException {
      IndexEntry.OfOffset at = entry;
      if (at != null && at.position() < batch.position()) {
        say(at, "says that a batch begins at byte %d of the log".formatted(at.position()));
      } else if (at != null && at.position() == batch.position()) {
        if (at.offset() == batch.lastOffset()) {
          advance();
        } else {
          say(
              at,
              "says that offset %d is at byte %d of the log, where the offsets %d to %d are"
                  .formatted(at.offset(), at.position(), batch.baseOffset(), batch.lastOffset()));
        }
      }
    }

    @Override
    void gap(Damage gap) throws IOException {
      while (entry != null && entry.position() < gap.position() + gap.bytes()) {
        advance();
      }
    }

    @Override
    protected String surplus(IndexEntry.OfOffset left) {
      return "says that offset %d is at byte %d of the log, which ends before"
          .formatted(left.offset(), left.position());
    }
  }

  /** Of a {@code .timeindex}. */
  static final class OfTimes extends IndexCheck<IndexEntry.OfTime> {
    private long maxTimestampMs = -1;
    private boolean hasGap;

    OfTimes(Path path, IndexReader<IndexEntry.OfTime> reader, Consumer<Damage> found) {
      super(path, reader, found);
    }

    @Override
    protected @Nullable String disorder(IndexEntry.OfTime before, IndexEntry.OfTime next) {
      return next.timestampMs() > before.timestampMs() && next.offset() >= before.offset()
          ? null
          : "is an entry that is not above the one before it";
    }

    @Override
    void batch(BatchHeader batch) throws IOException {
      maxTimestampMs = Math.max(maxTimestampMs, batch.maxTimestampMs());
      while (entry != null && entry.offset() <= batch.lastOffset()) {
        if (!hasGap && entry.timestampMs() != maxTimestampMs) {
          say(
              entry,
              "says that the greatest timestamp up to offset %d is %d, which is %d"
                  .formatted(entry.offset(), entry.timestampMs(), maxTimestampMs));
        } else {
          advance();
        }
      }
    }

    @Override
    void gap(Damage gap) {
      hasGap = true;
    }

    @Override
    protected @Nullable String surplus(IndexEntry.OfTime left) {
      return hasGap
          ? null
          : "says that the log has offset %d, before which it ends".formatted(left.offset());
    }
  }
}
