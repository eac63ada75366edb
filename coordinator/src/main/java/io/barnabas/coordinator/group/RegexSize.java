package io.barnabas.coordinator.group;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large a regular expression becomes when it is made: each repetition with a count is written
 * out, so that thirty characters may stand for a thousand million. Reads it as RE2 does, which
 * tells whether it is one at all. For one use.
 */
final class RegexSize {
  /** Of one expression, in characters, classes and other steps of its program. */
  static final int MAX_STEPS = 5_000;

  /** Groups within groups. */
  private static final int MAX_DEPTH = 100;

  /** Beyond it nothing is counted; small enough for products of two. */
  private static final long TOO_LARGE = 1L << 30;

  /** What is open, innermost last. */
  private static final class Group {
    private long steps;

    /** The last thing in it, which a repetition would be of. */
    private long last;

    void add(long size) {
      steps = Math.min(TOO_LARGE, steps + last);
      last = size;
    }

    long all() {
      return Math.min(TOO_LARGE, steps + last);
    }
  }

  private final String regex;
  private final Deque<Group> open = new ArrayDeque<>();
  private int next;

  private RegexSize(String regex) {
    this.regex = regex;
    open.push(new Group());
  }

  /** Whether it may be made. */
  static boolean isSmall(String regex) {
    return regex.length() <= MAX_STEPS && new RegexSize(regex).steps() <= MAX_STEPS;
  }

  private long steps() {
    while (next < regex.length() && open.size() <= MAX_DEPTH) {
      readOne();
    }
    return open.size() > MAX_DEPTH
        ? TOO_LARGE
        : open.stream().mapToLong(Group::all).reduce(0, (a, b) -> Math.min(TOO_LARGE, a + b));
  }

  private void readOne() {
    char c = regex.charAt(next);
    switch (c) {
      case '(' -> {
        open.push(new Group());
        next++;
      }
      case ')' -> closeGroup();
      case '[' -> {
        skipClass();
        innermost().add(1);
      }
      case '\\' -> readEscape();
      case '{' -> readRepetition();
      case '*', '+', '?' -> {
        innermost().last++;
        next++;
      }
      default -> {
        innermost().add(1);
        next++;
      }
    }
  }

  private Group innermost() {
    return open.element();
  }

  /** Two more to remember where it was. */
  private void closeGroup() {
    next++;
    if (open.size() > 1) {
      long all = open.pop().all() + 2;
      innermost().add(all);
    }
  }

  private void readEscape() {
    if (regex.startsWith("\\Q", next)) {
      int end = regex.indexOf("\\E", next + 2);
      int stop = end < 0 ? regex.length() : end;
      for (int i = next + 2; i < stop; i++) {
        innermost().add(1);
      }
      next = end < 0 ? stop : stop + 2;
      return;
    }
    skipEscape();
    innermost().add(1);
  }

  /** Past a backslash and what belongs to it. */
  private void skipEscape() {
    boolean named =
        next + 2 < regex.length()
            && "pPx".indexOf(regex.charAt(next + 1)) >= 0
            && regex.charAt(next + 2) == '{';
    int end = named ? regex.indexOf('}', next) : next + 1;
    next = end < 0 ? regex.length() : end + 1;
  }

  private void skipClass() {
    next++;
    if (next < regex.length() && regex.charAt(next) == '^') {
      next++;
    }
    boolean first = true;
    while (next < regex.length() && (first || regex.charAt(next) != ']')) {
      first = false;
      int nameEnd = regex.startsWith("[:", next) ? regex.indexOf(":]", next + 2) : -1;
      if (nameEnd >= 0) {
        next = nameEnd + 2;
      } else if (regex.charAt(next) == '\\') {
        skipEscape();
      } else {
        next++;
      }
    }
    next++;
  }

  /** {@code {3}}, {@code {3,}} or {@code {3,5}}; anything else stands for itself. */
  private void readRepetition() {
    int end = regex.indexOf('}', next);
    String counts = end < 0 ? "" : regex.substring(next + 1, end);
    if (!counts.matches("[0-9]+(,[0-9]*)?")) {
      innermost().add(1);
      next++;
      return;
    }
    String[] both = counts.split(",", 2);
    long most = count(both[0]);
    if (both.length == 2) {
      most = both[1].isEmpty() ? most + 1 : Math.max(most, count(both[1]));
    }
    // Where it need not come that often, each one too many may be left out.
    innermost().last = Math.min(TOO_LARGE, (innermost().last + 1) * Math.max(1, most));
    next = end + 1;
  }

  private static long count(String digits) {
    return digits.length() > 9 ? TOO_LARGE : Math.min(TOO_LARGE, Long.parseLong(digits));
  }
}
