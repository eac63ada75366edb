package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.FactCodec;
import io.barnabas.metadata.ImageCodec;
import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.world.Monitor;
import java.io.IOException;
import java.util.Optional;

/**
 * What the quorum has committed, as an image whose version is the index of the last entry. Whoever
 * waits on the monitor is woken whenever it changes.
 */
final class CommittedState implements CommitListener {
  private final Monitor monitor;
  private volatile ClusterImage image;
  private volatile Leadership leadership = Leadership.NONE;
  private volatile Optional<IOException> failure = Optional.empty();

  CommittedState(Monitor monitor, ClusterImage image) {
    this.monitor = monitor;
    this.image = image;
  }

  ClusterImage image() {
    return image;
  }

  /** Why the quorum has failed for good, if it has. */
  Optional<IOException> failure() {
    return failure;
  }

  @Override
  public void loadSnapshot(long index, byte[] snapshot) {
    ClusterImage loaded = ImageCodec.decode(snapshot);
    if (loaded.version() != index) {
      throw new IllegalStateException(
          "The snapshot of entry %d is of version %d".formatted(index, loaded.version()));
    }
    change(loaded);
  }

  @Override
  public void committed(long index, byte[] entry) {
    if (index != image.version() + 1) {
      throw new IllegalStateException(
          "Entry %d was committed after %d".formatted(index, image.version()));
    }
    change(image.apply(FactCodec.decode(entry)));
  }

  private void change(ClusterImage newImage) {
    image = newImage;
    wake();
  }

  @Override
  public byte[] snapshot() {
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
    failure = Optional.of(cause);
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
