package io.barnabas.server;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.replica.Replicas;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Hands images to the replicas, newest last, each once. Thread-safe. */
final class Reconciler {
  private final Replicas replicas;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ClusterImage newest;
  private CompletableFuture<Void> newestCarriedOut = CompletableFuture.completedFuture(null);

  Reconciler(Replicas replicas) {
    this.replicas = replicas;
  }

  /** Takes an image; one that is not newer changes nothing. */
  void accept(ClusterImage image) {
    lock.lock();
    try {
      if (newest == null || image.version() > newest.version()) {
        newest = image;
        newestCarriedOut = replicas.reconcile(image);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Completes when the replicas are as the newest image so far wants them. */
  CompletableFuture<Void> carriedOut() {
    lock.lock();
    try {
      return newestCarriedOut;
    } finally {
      lock.unlock();
    }
  }
}
