package io.barnabas.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been started, to be stopped in the opposite order. Not thread-safe. */
final class Stopping {
  private static final Logger LOG = LoggerFactory.getLogger(Stopping.class);

  private record Started(String what, AutoCloseable part) {}

  private final Deque<Started> started = new ArrayDeque<>();

  /** Notes a part that runs now. */
  <P extends AutoCloseable> P add(String what, P part) {
    started.push(new Started(what, part));
    return part;
  }

  /** Stops everything; a part that fails to stop does not keep the others running. */
  void stopAll() {
    while (!started.isEmpty()) {
      Started last = started.pop();
      try {
        last.part().close();
      } catch (Exception e) {
        LOG.error("{} did not stop in good order", last.what(), e);
      }
    }
  }
}
