package io.barnabas.chaos;

import io.barnabas.chaos.site.Site;
import io.barnabas.conformance.ClusterProcess;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A site and the cluster on it, taken away at the end of the run or of this JVM. */
final class Ground implements Closeable {
  private final Thread atExit = new Thread(this::leave, "leave");
  private final AtomicBoolean left = new AtomicBoolean();
  private volatile @Nullable Site site;
  private volatile @Nullable ClusterProcess cluster;

  /** Makes something that takes time. */
  interface Making<T> {
    T make() throws IOException, InterruptedException;
  }

  /** Nothing is there yet, and what comes will be taken away. */
  Ground() {
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Makes the place for the nodes. */
  Site site(Making<Site> making) throws IOException, InterruptedException {
    Site made = making.make();
    site = made;
    return made;
  }

  /** Starts the nodes. */
  ClusterProcess cluster(Making<ClusterProcess> making) throws IOException, InterruptedException {
    ClusterProcess made = making.make();
    cluster = made;
    return made;
  }

  /** In a hurry: the user has pressed Ctrl-C. */
  private void leave() {
    try {
      takeAway(true);
    } catch (IOException e) {
      System.err.println("Not everything was taken away: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeAway(boolean hurry) throws IOException, InterruptedException {
    if (!left.compareAndSet(false, true)) {
      return;
    }
    Site there = site;
    ClusterProcess running = cluster;
    if (there != null) {
      there.release();
    }
    if (running != null && hurry) {
      for (int id : running.ids()) {
        running.node(id).kill();
      }
    } else if (running != null) {
      running.close();
    }
    if (there != null) {
      there.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      takeAway(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
