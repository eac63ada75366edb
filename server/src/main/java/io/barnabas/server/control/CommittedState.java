package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.ImageCodec;
import io.barnabas.metadata.UnreadableFactException;
import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.world.Monitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the quorum has committed, as an image whose version is the index of the last entry. Whoever
 * waits on the monitor is woken whenever it changes. What cannot be applied is a failure for good.
 */
final class CommittedState implements CommitListener {
  private static final Logger LOG = LoggerFactory.getLogger(CommittedState.class);

  /** What became of an entry that this node proposed. */
  enum Fate {
    /** Nothing is known yet. */
    OPEN,
    /** It was committed. */
    COMMITTED,
    /** Another one was committed in its place. */
    LOST,
    /** A snapshot came instead, which does not say. */
    UNKNOWN
  }

  private static final class Expected {
    private final long index;
    private final byte[] entry;

    Expected(long index, byte[] entry) {
      this.index = index;
      this.entry = entry;
    }
  }

  private final Monitor monitor;
  private volatile ClusterImage image;
  private volatile Leadership leadership = Leadership.NONE;
  private volatile Optional<IOException> failure = Optional.empty();
  private volatile Optional<Expected> expected = Optional.empty();
  private volatile Fate fate = Fate.OPEN;

  CommittedState(Monitor monitor, ClusterImage image) {
    this.monitor = monitor;
    this.image = image;
  }

  ClusterImage image() {
    return image;
  }

  /** Why the quorum or the image has failed for good, if one has. */
  Optional<IOException> failure() {
    return failure;
  }

  /** From now on {@link #fate} is that of this entry, which is about to be proposed. */
  void expect(long index, byte[] entry) {
    fate = Fate.OPEN;
    expected = Optional.of(new Expected(index, entry));
  }

  /** What became of the entry that was proposed last. */
  Fate fate() {
    return fate;
  }

  @Override
  public void loadSnapshot(long index, byte[] snapshot) {
    if (failure.isPresent()) {
      return;
    }
    try {
      ClusterImage loaded = ImageCodec.decode(snapshot);
      if (loaded.version() != index) {
        throw new IllegalStateException(
            "The snapshot of entry %d is of version %d".formatted(index, loaded.version()));
      }
      expected.filter(one -> one.index <= index).ifPresent(one -> seen(Fate.UNKNOWN));
      change(loaded);
    } catch (UnreadableFactException | IllegalStateException e) {
      failed(e);
    }
  }

  @Override
  public void committed(long index, byte[] entry) {
    if (failure.isPresent()) {
      return;
    }
    try {
      if (index != image.version() + 1) {
        throw new IllegalStateException(
            "Entry %d was committed after %d".formatted(index, image.version()));
      }
      Entry decoded = Entry.decode(entry);
      ClusterImage changed = decoded.applyTo(image);
      boolean takenIn = decoded.isOfControllerInCharge(image);
      if (!takenIn) {
        LOG.warn(
            "Entry {} of the metadata log was decided in epoch {}, when the controller of epoch {}"
                + " was in charge: it changes nothing",
            index,
            decoded.epoch(),
            image.activeController().epoch());
      }
      expected
          .filter(one -> one.index == index)
          .ifPresent(
              one -> seen(takenIn && Arrays.equals(one.entry, entry) ? Fate.COMMITTED : Fate.LOST));
      change(changed);
    } catch (UnreadableFactException | IllegalStateException e) {
      failed(e);
    }
  }

  private void seen(Fate newFate) {
    expected = Optional.empty();
    fate = newFate;
  }

  private void change(ClusterImage newImage) {
    image = newImage;
    wake();
  }

  private void failed(RuntimeException cause) {
    failed(new IOException("The cluster's metadata cannot be read: " + cause.getMessage(), cause));
  }

  /**
   * What cannot be applied is not in the image, so a snapshot would take the place of entries that
   * a later release may well apply.
   *
   * @throws IllegalStateException once it has failed
   */
  @Override
  public byte[] snapshot() {
    Optional<IOException> cause = failure;
    if (cause.isPresent()) {
      throw new IllegalStateException(cause.get().getMessage(), cause.get());
    }
    return ImageCodec.encode(image);
  }

  @Override
  public void led(Leadership newLeadership) {
    leadership = newLeadership;
    wake();
  }

  /** Who leads the quorum. */
  Leadership leadership() {
    return leadership;
  }

  @Override
  public void failed(IOException cause) {
    if (failure.isEmpty()) {
      failure = Optional.of(cause);
    }
    wake();
  }

  private void wake() {
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }
}
