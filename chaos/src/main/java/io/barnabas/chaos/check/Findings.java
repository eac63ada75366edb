package io.barnabas.chaos.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The anomalies found so far: all are counted, some of each kind are told. Any thread. */
public final class Findings {
  private static final int MOST_TOLD = 8;

  private final Map<AnomalyKind, Long> counts = new EnumMap<>(AnomalyKind.class);
  private final Map<AnomalyKind, List<String>> told = new EnumMap<>(AnomalyKind.class);

  /** Adds one. */
  public synchronized void add(AnomalyKind kind, String what) {
    counts.merge(kind, 1L, Long::sum);
    List<String> sentences = told.computeIfAbsent(kind, _ -> new ArrayList<>());
    if (sentences.size() < MOST_TOLD) {
      sentences.add(what);
    }
  }

  /** Adds some that need no words. */
  public synchronized void count(AnomalyKind kind, long more) {
    if (more > 0) {
      counts.merge(kind, more, Long::sum);
    }
  }

  /** How many of a kind there are. */
  public synchronized long count(AnomalyKind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** The first of a kind, in words. */
  public synchronized List<String> told(AnomalyKind kind) {
    return List.copyOf(told.getOrDefault(kind, List.of()));
  }

  /** Whether there is none that the model forbids. */
  public synchronized boolean isClean() {
    return counts.keySet().stream().noneMatch(AnomalyKind::isForbidden);
  }
}
