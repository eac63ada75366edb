package io.barnabas.replica;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.world.Clock;

/** What limits the copying of throttled replicas on this node. Thread-safe. */
final class Throttles {
  private final ThrottleSettings settings;
  private final CopyQuota sending;
  private final CopyQuota fetching;

  Throttles(Clock clock, ThrottleSettings settings) {
    this.settings = settings;
    sending = new CopyQuota(clock, settings.windows(), settings.windowSeconds());
    fetching = new CopyQuota(clock, settings.windows(), settings.windowSeconds());
  }

  /** Takes the rates that an image has. */
  void update(ClusterImage image) {
    ThrottleSettings.Rates rates = settings.rates().apply(image);
    sending.limit(rates.sending());
    fetching.limit(rates.fetching());
  }

  /** To followers. */
  CopyQuota sending() {
    return sending;
  }

  /** From leaders. */
  CopyQuota fetching() {
    return fetching;
  }
}
