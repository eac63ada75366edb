package io.barnabas.chaos;

import java.util.Map;
import java.util.TreeMap;

/** Errors that clients were told of, which are theirs to live with: only counted. Any thread. */
final class Trouble {
  private final Map<String, Long> counts = new TreeMap<>();

  synchronized void add(String client, Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null && isWrapper(cause)) {
      cause = cause.getCause();
    }
    counts.merge(client + ": " + cause.getClass().getSimpleName(), 1L, Long::sum);
  }

  private static boolean isWrapper(Throwable error) {
    return error.getClass().getName().endsWith("ExecutionException")
        || error.getClass().getName().endsWith(".KafkaException");
  }

  synchronized Map<String, Long> counts() {
    return Map.copyOf(counts);
  }
}
