package io.barnabas.server.net;

import io.barnabas.world.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the log says of clients without working TLS: of each host one line in a minute, so that
 * nobody fills the log at a pace of his own. Thread-safe.
 */
final class FailedHandshakes {
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** More hosts than these in one minute count as one. */
  private static final int MAX_HOSTS = 100;

  private static final String OTHERS = "others";

  private static final class Said {
    long atNanos;
    long unsaid;

    Said(long atNanos) {
      this.atNanos = atNanos;
    }
  }

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Said> byHost = new LinkedHashMap<>();

  FailedHandshakes(Clock clock) {
    this.clock = clock;
  }

  /** The sentence for the log; empty if the last one for that host is not a minute old. */
  Optional<String> line(Client client, String why) {
    long unsaid = take(client.remoteAddress().getHostString());
    if (unsaid < 0) {
      return Optional.empty();
    }
    String sentence =
        "Closing the connection of %s to the listener %s: %s."
            .formatted(client.remoteAddress(), client.listenerName(), why);
    return Optional.of(
        unsaid == 0
            ? sentence
            : "%s %d more were closed since the last such line.".formatted(sentence, unsaid));
  }

  /** How many were passed over since the last line; -1 if this one is to be as well. */
  private long take(String host) {
    lock.lock();
    try {
      long now = clock.nanoTime();
      if (!byHost.containsKey(host) && byHost.size() >= MAX_HOSTS) {
        byHost.values().removeIf(said -> now - said.atNanos >= MINUTE_NANOS);
      }
      String counted = byHost.containsKey(host) || byHost.size() < MAX_HOSTS ? host : OTHERS;
      Said said = byHost.get(counted);
      if (said == null) {
        byHost.put(counted, new Said(now));
        return 0;
      }
      if (now - said.atNanos < MINUTE_NANOS) {
        said.unsaid++;
        return -1;
      }
      long unsaid = said.unsaid;
      said.atNanos = now;
      said.unsaid = 0;
      return unsaid;
    } finally {
      lock.unlock();
    }
  }
}
