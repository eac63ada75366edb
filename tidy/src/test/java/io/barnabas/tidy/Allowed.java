package io.barnabas.tidy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A list of exceptions: lines of {@code where | what | reason}. */
final class Allowed {
  /**
   * One exception.
   *
   * @param where whom it is for
   * @param what what is allowed
   * @param reason why
   */
  record Entry(String where, String what, String reason) {}

  private final List<Entry> entries;
  private final Set<Entry> used = new HashSet<>();

  private Allowed(List<Entry> entries) {
    this.entries = entries;
  }

  static Allowed read(String resource) throws IOException {
    try (InputStream in = Allowed.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new AssertionError("no resource " + resource);
      }
      List<Entry> entries = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          entries.add(parse(line));
        }
      }
      return new Allowed(entries);
    }
  }

  private static Entry parse(String line) {
    List<String> parts = List.of(line.split("\\|", 3));
    if (parts.size() != 3 || parts.get(2).isBlank()) {
      throw new AssertionError("not 'where | what | reason': " + line);
    }
    return new Entry(parts.get(0).strip(), parts.get(1).strip(), parts.get(2).strip());
  }

  /** Whether an entry allows this; a {@code where} or {@code what} that ends in * is a prefix. */
  boolean allows(String where, String what) {
    boolean allowed = false;
    for (Entry entry : entries) {
      if (matches(entry.where(), where) && matches(entry.what(), what)) {
        used.add(entry);
        allowed = true;
      }
    }
    return allowed;
  }

  private static boolean matches(String pattern, String text) {
    return pattern.endsWith("*")
        ? text.startsWith(pattern.substring(0, pattern.length() - 1))
        : text.equals(pattern);
  }

  /** The entries that nothing has needed so far. */
  List<Entry> unused() {
    return entries.stream().filter(entry -> !used.contains(entry)).toList();
  }
}
