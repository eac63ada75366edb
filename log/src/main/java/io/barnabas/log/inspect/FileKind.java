package io.barnabas.log.inspect;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a file of a data directory holds, which its name says. */
public enum FileKind {
  /** Record batches. */
  BATCHES("\\d{20}\\.log"),
  /** Where in a segment some offsets are. */
  OFFSET_INDEX("\\d{20}\\.index"),
  /** Up to where in a segment which timestamp is not exceeded. */
  TIME_INDEX("\\d{20}\\.timeindex"),
  /** A segment's aborted transactions. */
  TRANSACTION_INDEX("\\d{20}\\.txnindex"),
  /** What each producer wrote last. */
  PRODUCERS("\\d{20}\\.snapshot"),
  /** Where leader epochs began. */
  LEADER_EPOCHS("leader-epoch-checkpoint"),
  /** Offsets by partition. */
  OFFSETS("(recovery-point-offset|log-start-offset|replication-offset|cleaner-offset)-checkpoint"),
  /** Names and values, such as whose a directory is. */
  PROPERTIES("partition\\.metadata|meta\\.properties");

  private static final int NAME_DIGITS = 20;
  private static final Pattern SEGMENT = Pattern.compile("(\\d{20})\\.[a-z]+");

  private final Pattern name;

  FileKind(String name) {
    this.name = Pattern.compile(name);
  }

  /** What a file with this name holds; nothing if it is none of these. */
  public static Optional<FileKind> of(Path file) {
    String name = String.valueOf(file.getFileName());
    return Arrays.stream(values()).filter(kind -> kind.name.matcher(name).matches()).findFirst();
  }

  /** Whether there is one of these for each segment. */
  public boolean isOfSegment() {
    return switch (this) {
      case BATCHES, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX -> true;
      case PRODUCERS, LEADER_EPOCHS, OFFSETS, PROPERTIES -> false;
    };
  }

  /** The offset that a file's name begins with, if it does. */
  public static OptionalLong baseOffset(Path file) {
    Matcher matcher = SEGMENT.matcher(String.valueOf(file.getFileName()));
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(matcher.group(1), 0, NAME_DIGITS, 10));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
