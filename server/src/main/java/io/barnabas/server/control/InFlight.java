package io.barnabas.server.control;

import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.NotLeadingException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** An entry that was proposed, and what the quorum has said of it so far. */
final class InFlight implements Pending {
  private final long base;
  private final byte[] entry;
  private final List<Request<?>> requests;
  private final Runnable answering;

  private final int epoch;
  private final long beganNanos;

  /** Whether it may have been taken at an earlier try. */
  private final boolean uncertain;

  private volatile Optional<Boolean> taken = Optional.empty();
  private volatile Optional<IOException> failure = Optional.empty();

  private InFlight(
      long base,
      byte[] entry,
      List<Request<?>> requests,
      Runnable answering,
      int epoch,
      long beganNanos,
      boolean uncertain) {
    this.base = base;
    this.epoch = epoch;
    this.beganNanos = beganNanos;
    this.entry = entry;
    this.requests = requests;
    this.answering = answering;
    this.uncertain = uncertain;
  }

  /**
   * Nothing has been said of it.
   *
   * @param base the version that it was decided on
   * @param requests those that it answers, in order; none if the controller proposes it by itself
   * @param answering gives the answers
   * @param epoch in which it is proposed
   * @param beganNanos when it is
   */
  InFlight(
      long base,
      byte[] entry,
      List<Request<?>> requests,
      Runnable answering,
      int epoch,
      long beganNanos) {
    this(base, entry, List.copyOf(requests), answering, epoch, beganNanos, false);
  }

  /** The same entry proposed again: as it was decided on its version, it counts once at most. */
  InFlight again() {
    return new InFlight(base, entry, requests, answering, epoch, beganNanos, true);
  }

  @Override
  public int epoch() {
    return epoch;
  }

  @Override
  public long beganNanos() {
    return beganNanos;
  }

  long base() {
    return base;
  }

  byte[] entry() {
    return entry;
  }

  @Override
  public List<Request<?>> requests() {
    return requests;
  }

  void answer() {
    answering.run();
  }

  void taken(boolean newTaken) {
    taken = Optional.of(newTaken);
  }

  void failed(Throwable cause) {
    Throwable told =
        cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
    failure = Optional.of(told instanceof IOException io ? io : new IOException(told));
  }

  Optional<Boolean> taken() {
    return taken;
  }

  /** Whether the quorum has said of every try that it did not take it. */
  boolean isNotTaken() {
    return !uncertain && taken.filter(each -> !each).isPresent();
  }

  /** Why it was not taken; then nothing has changed. */
  Optional<IOException> refusal() {
    return uncertain ? Optional.empty() : failure.filter(InFlight::isRefusal);
  }

  private static boolean isRefusal(IOException cause) {
    return cause instanceof NotAppendedException || cause instanceof NotLeadingException;
  }

  /** Whether only the next entry can show what became of it. */
  boolean isUnclear() {
    return failure.isPresent() && refusal().isEmpty();
  }

  /** Whether the quorum has said what became of it, or that it does not know. */
  boolean isSaid() {
    return taken.isPresent() || failure.isPresent();
  }
}
