package io.barnabas.world.simulated;

import java.util.ArrayList;
import java.util.List;

/** What happened, as a hash, and as text when asked for. */
final class Trace {
  private final boolean recordEvents;
  private final List<String> events = new ArrayList<>();
  private long hash;

  Trace(boolean recordEvents) {
    this.recordEvents = recordEvents;
  }

  void add(String kind, String subject, long detail) {
    hash = SeededRandom.mix(hash ^ kind.hashCode());
    hash = SeededRandom.mix(hash ^ subject.hashCode());
    hash = SeededRandom.mix(hash ^ detail);
    if (recordEvents) {
      events.add(kind + " " + subject + " " + detail);
    }
  }

  long hash() {
    return hash;
  }

  List<String> events() {
    return List.copyOf(events);
  }
}
