package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A command with the future that waits for its answer. */
final class Request<A> {
  private final Command<A> command;
  private final CompletableFuture<A> answer = new CompletableFuture<>();

  Request(Command<A> command) {
    this.command = command;
  }

  CompletableFuture<A> answer() {
    return answer;
  }

  /** What was decided, and how the answer is given once that is committed. */
  record Decided(List<Fact> facts, Runnable answering) {}

  Decided decide(ClusterImage image, long nowMs) {
    Decision<A> decision = command.decide(image, nowMs);
    return new Decided(decision.facts(), () -> answer.complete(decision.answer()));
  }

  void fail(Throwable cause) {
    answer.completeExceptionally(cause);
  }

  @Override
  public String toString() {
    return command.getClass().getSimpleName();
  }
}
