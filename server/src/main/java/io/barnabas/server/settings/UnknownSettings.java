package io.barnabas.server.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What to say of names that are no setting: all at once, each with what was perhaps meant. */
final class UnknownSettings {
  /** Names that differ more than that have nothing to do with each other. */
  private static final int MAX_EDITS = 3;

  /** Settings of Apache Kafka, and what says the same here. */
  private static final Map<String, String> INSTEAD =
      Map.ofEntries(
          Map.entry("broker.id", "node.id"),
          Map.entry("log.dir", "log.dirs"),
          Map.entry("metadata.log.dir", "log.dirs"),
          Map.entry("zookeeper.connect", "controller.quorum.voters"),
          Map.entry("controller.quorum.bootstrap.servers", "controller.quorum.voters"));

  private final Set<String> known;

  UnknownSettings(Set<String> known) {
    this.known = known;
  }

  /** One sentence about all of them. */
  String sentence(Collection<String> unknown) {
    String names = unknown.stream().map(this::withHint).collect(Collectors.joining(", "));
    return unknown.size() == 1
        ? "There is no setting named " + names + "."
        : "There are no settings named " + names + ".";
  }

  private String withHint(String name) {
    return Optional.ofNullable(INSTEAD.get(name))
        .map(here -> name + " (here it is " + here + ")")
        .or(() -> nearest(name).map(near -> name + " (" + near + "?)"))
        .orElse(name);
  }

  private Optional<String> nearest(String name) {
    return known.stream()
        .filter(each -> edits(name, each) <= MAX_EDITS)
        .min(Comparator.comparingInt((String each) -> edits(name, each)).thenComparing(e -> e));
  }

  /** How many letters have to be put in, taken out or changed (Levenshtein's distance). */
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
