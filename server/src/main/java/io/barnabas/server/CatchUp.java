package io.barnabas.server;

import io.barnabas.quorum.Quorum;
import io.barnabas.server.control.Controller;
import io.barnabas.world.World;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Waits until a node that starts knows what its cluster had agreed on by then: what it has itself
 * may be old, and partitions that it has not heard of would seem not to belong to it.
 */
final class CatchUp {
  private static final long RETRY_NANOS = 50_000_000;

  private CatchUp() {}

  /**
   * Returns when it does.
   *
   * @param ended completes when the node cannot go on
   * @throws StartupException if that comes first
   */
  static void await(
      World world, Quorum quorum, Controller controller, CompletableFuture<Optional<String>> ended)
      throws StartupException {
    long index = readIndex(world, quorum, ended);
    CompletableFuture<Void> reached = new CompletableFuture<>();
    controller.onImage(
        image -> {
          if (image.version() >= index) {
            reached.complete(null);
          }
        });
    CompletableFuture.anyOf(reached, ended).join();
    refuseIfEnded(ended);
  }

  private static long readIndex(
      World world, Quorum quorum, CompletableFuture<Optional<String>> ended)
      throws StartupException {
    while (true) {
      try {
        return quorum.readIndex().join();
      } catch (CompletionException e) {
        // Nobody leads yet, or is not known to: there is nothing to be done but to ask again.
        refuseIfEnded(ended);
        world.threads().sleep(RETRY_NANOS);
      }
    }
  }

  private static void refuseIfEnded(CompletableFuture<Optional<String>> ended)
      throws StartupException {
    if (ended.isDone()) {
      throw new StartupException(ended.join().orElse("The node was closed while it started") + ".");
    }
  }
}
