package io.barnabas.server.control;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Answers of a batch that changes nothing, while the quorum is asked whether the image that they
 * were made of is still the newest: else another controller has decided since, and this one did not
 * know.
 */
final class Confirmation implements Pending {
  private final long base;
  private final int epoch;
  private final List<Request<?>> requests;
  private final Runnable answering;
  private final long beganNanos;
  private volatile Optional<OptionalLong> heard = Optional.empty();

  /**
   * Nothing has been heard.
   *
   * @param base the version that it was decided on
   */
  Confirmation(
      long base, int epoch, List<Request<?>> requests, Runnable answering, long beganNanos) {
    this.base = base;
    this.epoch = epoch;
    this.requests = List.copyOf(requests);
    this.answering = answering;
    this.beganNanos = beganNanos;
  }

  @Override
  public List<Request<?>> requests() {
    return requests;
  }

  @Override
  public int epoch() {
    return epoch;
  }

  @Override
  public long beganNanos() {
    return beganNanos;
  }

  void answer() {
    answering.run();
  }

  /** The newest version, or none if the quorum does not say. */
  void heard(OptionalLong version) {
    heard = Optional.of(version);
  }

  boolean isHeard() {
    return heard.isPresent();
  }

  /** Whether the quorum has said nothing of use. */
  boolean isUnknown() {
    return heard.filter(OptionalLong::isPresent).isEmpty();
  }

  /** Whether nothing was committed but what it was decided on. */
  boolean holds() {
    return heard.filter(each -> each.equals(OptionalLong.of(base))).isPresent();
  }
}
