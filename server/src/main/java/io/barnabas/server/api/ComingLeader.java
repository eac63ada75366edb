package io.barnabas.server.api;

import io.barnabas.replica.Registration;
import io.barnabas.replica.Replica;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;

/**
 * Waits for the news that this node leads, for a client that may have heard it first. Of several
 * requests for one partition that came to the wrong place only the first waits.
 */
final class ComingLeader {
  private final World world;

  ComingLeader(World world) {
    this.world = world;
  }

  /**
   * Waits as long as the replica follows and may lead soon.
   *
   * @param deadlineNanos on the world's clock; no longer than that
   */
  void await(Replica replica, long deadlineNanos) {
    if (!replica.mayLeadSoon()) {
      return;
    }
    Monitor monitor = world.threads().newMonitor();
    Registration news =
        replica.onHighWatermark(
            () -> {
              if (!replica.mayLeadSoon()) {
                wake(monitor);
              }
            });
    monitor.lock();
    try {
      boolean inTime = true;
      while (inTime && replica.mayLeadSoon()) {
        inTime = monitor.awaitUntil(deadlineNanos);
      }
      if (!inTime && replica.mayLeadSoon()) {
        replica.doesNotLeadSoon();
      }
    } finally {
      monitor.unlock();
      news.cancel();
    }
  }

  private static void wake(Monitor monitor) {
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }
}
