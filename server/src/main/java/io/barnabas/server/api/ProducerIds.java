package io.barnabas.server.api;

import io.barnabas.metadata.AllocateProducerIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Producer ids, none of them given twice in the cluster: from blocks that the controller allocates,
 * the next one well before the last has run out. Thread-safe; never waits.
 */
final class ProducerIds {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerIds.class);

  /** Those who ask while there is no block; more are told to come again. */
  private static final int MAX_WAITING = 10_000;

  /** A tenth of a block. */
  private static final long LOW = AllocateProducerIds.BLOCK_LENGTH / 10;

  private record Range(long next, long end) {
    long left() {
      return end - next;
    }
  }

  private record Given(Consumer<OptionalLong> asker, OptionalLong id) {}

  private final Supplier<CompletableFuture<AllocateProducerIds.Block>> allocation;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Consumer<OptionalLong>> waiting = new ArrayDeque<>();
  private Range current = new Range(0, 0);
  private @Nullable Range following;
  private boolean allocating;

  /**
   * Has no ids yet.
   *
   * @param allocation asks the controller for a block; must not wait
   */
  ProducerIds(Supplier<CompletableFuture<AllocateProducerIds.Block>> allocation) {
    this.allocation = allocation;
  }

  /**
   * Gives an id, at once on the caller or later on another thread; an empty one if the controller
   * gives none now.
   */
  void next(Consumer<OptionalLong> asker) {
    List<Given> given = new ArrayList<>(1);
    boolean allocate;
    lock.lock();
    try {
      if (waiting.size() >= MAX_WAITING) {
        given.add(new Given(asker, OptionalLong.empty()));
      } else {
        waiting.add(asker);
        giveTo(given);
      }
      allocate = mustAllocate();
    } finally {
      lock.unlock();
    }
    given.forEach(g -> g.asker().accept(g.id()));
    if (allocate) {
      allocate();
    }
  }

  /** Those who wait, in order, as far as there are ids. */
  private void giveTo(List<Given> given) {
    while (!waiting.isEmpty()) {
      if (current.left() == 0) {
        if (following == null) {
          return;
        }
        current = following;
        following = null;
      }
      given.add(new Given(waiting.remove(), OptionalLong.of(current.next())));
      current = new Range(current.next() + 1, current.end());
    }
  }

  private boolean mustAllocate() {
    boolean must = !allocating && following == null && current.left() <= LOW;
    allocating |= must;
    return must;
  }

  private void allocate() {
    var _ = allocation.get().whenComplete(this::allocated);
  }

  private void allocated(AllocateProducerIds.@Nullable Block block, @Nullable Throwable failure) {
    List<Given> given = new ArrayList<>();
    boolean more;
    lock.lock();
    try {
      allocating = false;
      if (block != null && block.error() == Errors.NONE) {
        following = new Range(block.firstId(), block.firstId() + block.length());
        giveTo(given);
        more = mustAllocate();
      } else {
        waiting.forEach(asker -> given.add(new Given(asker, OptionalLong.empty())));
        waiting.clear();
        more = false;
      }
    } finally {
      lock.unlock();
    }
    if (block == null || block.error() != Errors.NONE) {
      LOG.warn("The controller gave no producer ids: {}", block == null ? failure : block);
    }
    given.forEach(g -> g.asker().accept(g.id()));
    if (more) {
      allocate();
    }
  }
}
