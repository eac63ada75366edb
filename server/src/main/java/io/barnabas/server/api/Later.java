package io.barnabas.server.api;

import io.barnabas.server.net.Call;
import io.barnabas.world.Clock;
import io.barnabas.world.World;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers that wait for something, with a limit. */
final class Later {
  private static final Logger LOG = LoggerFactory.getLogger(Later.class);

  private Later() {}

  /**
   * The same outcome, or a {@link TimeoutException} if it takes longer. What was begun goes on.
   *
   * @param timeoutMs zero or less means at once
   */
  static <A> CompletableFuture<A> within(World world, int timeoutMs, CompletableFuture<A> slow) {
    if (slow.isDone()) {
      return slow;
    }
    CompletableFuture<A> limited = new CompletableFuture<>();
    Clock.Timer timer =
        world
            .clock()
            .schedule(
                TimeUnit.MILLISECONDS.toNanos(Math.max(0, timeoutMs)),
                () ->
                    limited.completeExceptionally(
                        new TimeoutException("It took longer than %d ms".formatted(timeoutMs))));
    CompletableFuture<A> _ =
        slow.whenComplete(
            (result, failure) -> {
              timer.cancel();
              if (failure == null) {
                limited.complete(result);
              } else {
                limited.completeExceptionally(failure);
              }
            });
    return limited;
  }

  /**
   * Answers a call with the outcome: with what came out, or with the error that the client is told.
   */
  static <A> void answer(
      Call call,
      CompletableFuture<A> future,
      Function<A, ApiMessage> answer,
      Function<Errors, ApiMessage> refusal) {
    CompletableFuture<A> _ =
        future.whenComplete(
            (result, failure) -> {
              try {
                call.answer(failure == null ? answer.apply(result) : refusal.apply(error(failure)));
              } catch (RuntimeException e) {
                LOG.error("A defect: an answer could not be made", e);
                call.close("The answer could not be made");
              }
            });
  }

  /** What the client is told of a failure. */
  static Errors error(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    Errors error = Errors.forException(cause);
    if (error == Errors.UNKNOWN_SERVER_ERROR) {
      LOG.error("A request could not be carried out", cause);
    }
    return error;
  }
}
