package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.quorum.Leadership;
import io.barnabas.world.Monitor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.TimeoutException;

/** Those on this node who want to know what the cluster is like, and what they have been told. */
final class Listeners {
  private record Waiter(long version, CompletableFuture<Void> reached) {}

  /** Held while listeners are told, so that each is told of all in order. */
  private final ReentrantLock telling = new ReentrantLock();

  private final List<Consumer<ClusterImage>> ofImages = new ArrayList<>();
  private final List<Consumer<Leadership>> ofLeadership = new ArrayList<>();

  private final Monitor monitor;

  // Under the monitor.
  private final List<Waiter> waiters = new ArrayList<>();
  private boolean ended;

  private volatile ClusterImage image;
  private volatile Leadership leadership = Leadership.NONE;

  Listeners(Monitor monitor, ClusterImage image) {
    this.monitor = monitor;
    this.image = image;
  }

  /** The image that all of them know. */
  ClusterImage image() {
    return image;
  }

  /** Who leads, as all of them know. */
  Leadership leadership() {
    return leadership;
  }

  void onImage(Consumer<ClusterImage> listener) {
    telling.lock();
    try {
      listener.accept(image);
      ofImages.add(listener);
    } finally {
      telling.unlock();
    }
  }

  void onLeadership(Consumer<Leadership> listener) {
    telling.lock();
    try {
      listener.accept(leadership);
      ofLeadership.add(listener);
    } finally {
      telling.unlock();
    }
  }

  /**
   * Tells all of them, for one thread at a time.
   *
   * @param newLeadership asked for when the image has been told
   */
  void tell(ClusterImage newImage, Supplier<Leadership> newLeadership) {
    telling.lock();
    try {
      if (image.version() != newImage.version()) {
        List.copyOf(ofImages).forEach(listener -> listener.accept(newImage));
        image = newImage;
      }
      Leadership now = newLeadership.get();
      if (!leadership.equals(now)) {
        leadership = now;
        List.copyOf(ofLeadership).forEach(listener -> listener.accept(now));
      }
    } finally {
      telling.unlock();
    }
    List<Waiter> ready = new ArrayList<>();
    monitor.lock();
    try {
      waiters.stream().filter(waiter -> waiter.version() <= newImage.version()).forEach(ready::add);
      waiters.removeAll(ready);
    } finally {
      monitor.unlock();
    }
    ready.forEach(waiter -> waiter.reached().complete(null));
  }

  CompletableFuture<Void> awaitVersion(long version) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    boolean tooLate;
    monitor.lock();
    try {
      if (image.version() >= version) {
        return CompletableFuture.completedFuture(null);
      }
      tooLate = ended;
      if (!ended) {
        waiters.add(new Waiter(version, reached));
      }
    } finally {
      monitor.unlock();
    }
    return tooLate ? CompletableFuture.failedFuture(stopped()) : reached;
  }

  /** Nothing more will be told. */
  void end() {
    List<Waiter> left;
    monitor.lock();
    try {
      ended = true;
      left = List.copyOf(waiters);
      waiters.clear();
    } finally {
      monitor.unlock();
    }
    left.forEach(waiter -> waiter.reached().completeExceptionally(stopped()));
  }

  private static TimeoutException stopped() {
    return new TimeoutException("The controller of this node has stopped.");
  }
}
