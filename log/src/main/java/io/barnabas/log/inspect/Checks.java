package io.barnabas.log.inspect;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What the batches of a segment are compared with. */
final class Checks implements Closeable {
  private final List<IndexCheck<?>> indexes = new ArrayList<>();
  private final List<SmallFiles.EpochStart> epochs;
  private boolean hasOtherEpoch;
  private int lastEpoch;

  /** Behind a segment whose last batch is of this epoch; -1 if that is not known. */
  Checks(List<SmallFiles.EpochStart> epochs, int lastEpoch) {
    this.epochs = epochs;
    this.lastEpoch = lastEpoch;
  }

  int lastEpoch() {
    return lastEpoch;
  }

  void add(IndexCheck<?> check) throws IOException {
    indexes.add(check);
    check.begin();
  }

  void batch(Path log, BatchHeader batch, Consumer<Damage> found) throws IOException {
    for (IndexCheck<?> index : indexes) {
      index.batch(batch);
    }
    if (!hasOtherEpoch) {
      checkEpoch(log, batch, found);
    }
    lastEpoch = batch.leaderEpoch();
  }

  /** Which is not in the checksum. */
  private void checkEpoch(Path log, BatchHeader batch, Consumer<Damage> found) {
    int epoch = batch.leaderEpoch();
    int least = leastEpochAt(batch.baseOffset());
    String wrong = null;
    if (epoch < lastEpoch) {
      wrong = "is a batch of leader epoch %d behind one of %d".formatted(epoch, lastEpoch);
    } else if (epoch < least || epoch > mostEpochAt(batch.baseOffset(), least)) {
      wrong =
          "is a batch of leader epoch %d, where leader-epoch-checkpoint has %d"
              .formatted(epoch, least);
    }
    if (wrong != null) {
      hasOtherEpoch = true;
      found.accept(
          new Damage(
              log,
              batch.position(),
              batch.sizeBytes(),
              batch.baseOffset(),
              batch.lastOffset(),
              wrong));
    }
  }

  /** As the checkpoint says. */
  private int leastEpochAt(long offset) {
    int least = -1;
    for (SmallFiles.EpochStart start : epochs) {
      least = start.startOffset() <= offset ? start.epoch() : least;
    }
    return least;
  }

  /** The checkpoint may lack the newest epochs, and those before its first one. */
  private int mostEpochAt(long offset, int least) {
    boolean isBetween = least >= 0 && offset < epochs.getLast().startOffset();
    return isBetween ? least : Integer.MAX_VALUE;
  }

  void gap(Damage gap) throws IOException {
    for (IndexCheck<?> index : indexes) {
      index.gap(gap);
    }
  }

  void end() {
    indexes.forEach(IndexCheck::end);
  }

  @Override
  public void close() throws IOException {
    for (IndexCheck<?> index : indexes) {
      index.close();
    }
  }
}
