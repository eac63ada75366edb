package io.barnabas.log;

import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** That a directory has failed, which is for good, and who is told. Thread-safe. */
final class DirectoryFailure {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);

  private final World world;
  private final Path path;
  private final Runnable telling;
  private final AtomicReference<Optional<IOException>> failure =
      new AtomicReference<>(Optional.empty());
  private final CompletableFuture<IOException> failed = new CompletableFuture<>();
  private final AtomicReference<Optional<WorldThread>> teller =
      new AtomicReference<>(Optional.empty());

  /**
   * Nothing has failed yet.
   *
   * @param telling tells those who wait for the disk
   */
  DirectoryFailure(World world, Path path, Runnable telling) {
    this.world = world;
    this.path = path;
    this.telling = telling;
  }

  Optional<IOException> get() {
    return failure.get();
  }

  /** Calls back once; at once if it has failed already. */
  void onFailure(Consumer<IOException> listener) {
    CompletableFuture<Void> _ = failed.thenAccept(listener);
  }

  /** Notes it; the result is for the caller to throw. */
  KafkaStorageException fail(IOException cause) {
    if (failure.compareAndSet(Optional.empty(), Optional.of(cause))) {
      LOG.error("The data directory {} has failed and takes nothing more", path, cause);
      failed.complete(cause);
      // Not here, where locks are held, nor by the housekeeper, whom the disk may keep waiting.
      teller.set(Optional.of(world.threads().startPlatform("barnabas-log-failed", telling)));
    }
    return new KafkaStorageException("The data directory " + path + " has failed", cause);
  }

  /** Waits until all are told, if there was anything to tell. */
  void awaitTold() {
    teller.get().ifPresent(WorldThread::join);
  }
}
