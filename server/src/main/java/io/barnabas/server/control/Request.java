package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A command with the future that waits for its answer. */
final class Request<A> {
  /** Who asks. */
  enum Kind {
    /** A member of the cluster, or its controller. */
    MEMBER,
    /** A client. */
    CLIENT
  }

  private final Command<A> command;
  private final long deadlineNanos;
  private final CompletableFuture<A> answer = new CompletableFuture<>();

  /**
   * Waits for an answer.
   *
   * @param deadlineNanos when nobody waits for it any longer
   */
  Request(Command<A> command, long deadlineNanos) {
    this.command = command;
    this.deadlineNanos = deadlineNanos;
  }

  Kind kind() {
    return command.isMembers() ? Kind.MEMBER : Kind.CLIENT;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /** Whether its time is up before it was answered. */
  boolean isOverdue(long nowNanos) {
    return !answer.isDone() && nowNanos - deadlineNanos >= 0;
  }

  boolean isAnswered() {
    return answer.isDone();
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
