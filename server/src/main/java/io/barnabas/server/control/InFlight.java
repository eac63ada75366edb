package io.barnabas.server.control;

import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.NotLeadingException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** An entry that was proposed, and what the quorum has said of it so far. */
final class InFlight {
  private final long base;
  private final byte[] entry;
  private final List<Request<?>> requests;
  private final Runnable answering;

  /** Whether it may have been taken at an earlier try. */
  private final int epoch;

  private final boolean uncertain;

  private volatile Optional<Boolean> taken = Optional.empty();
  private volatile Optional<IOException> failure = Optional.empty();

  private InFlight(
      long base,
      byte[] entry,
      List<Request<?>> requests,
      Runnable answering,
      int epoch,
      boolean uncertain) {
    this.base = base;
    this.epoch = epoch;
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
   */
  InFlight(long base, byte[] entry, List<Request<?>> requests, Runnable answering, int epoch) {
    this(base, entry, List.copyOf(requests), answering, epoch, false);
  }

  /** The same entry proposed again: as it was decided on its version, it counts once at most. */
  InFlight again(int newEpoch) {
    return new InFlight(base, entry, requests, answering, newEpoch, true);
  }

  /** The epoch in which it was proposed. */
  int epoch() {
    return epoch;
  }

  long base() {
    return base;
  }

  byte[] entry() {
    return entry;
  }

  List<Request<?>> requests() {
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

  /** Whether it is known what became of it, or that nobody will know. */
  boolean isSettled(long version) {
    boolean said = taken.isPresent() || failure.isPresent();
    return refusal().isPresent() || (said && version > base);
  }
}
