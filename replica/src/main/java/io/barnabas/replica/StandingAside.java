package io.barnabas.replica;

import java.util.Collection;

/**
 * Whether this node, for now, leads nothing that others in sync can lead: its disk hangs. The
 * cluster will have them lead; but where its metadata is on that disk, this node hears of it only
 * when the disk answers, and until then its clients would wait here. Thread-safe.
 */
final class StandingAside {
  private final Collection<Replica> replicas;
  private volatile boolean asked;

  /**
   * Not for now.
   *
   * @param replicas those that are open, at any time
   */
  StandingAside(Collection<Replica> replicas) {
    this.replicas = replicas;
  }

  /** Whether the node has been asked to. */
  boolean isAsked() {
    return asked;
  }

  /** Whether there is anything that it does not lead because of this. */
  boolean isSeen() {
    return asked && replicas.stream().anyMatch(each -> each.replication().standsAside());
  }

  /**
   * Stands aside, or no longer. Those who wait are told; where that cannot be done at once, because
   * the replica waits for the disk itself, it is done when this is called again.
   */
  void ask(boolean aside) {
    asked = aside;
    if (aside) {
      replicas.forEach(each -> each.replication().standAside());
    }
  }
}
