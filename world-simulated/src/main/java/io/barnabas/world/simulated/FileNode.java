package io.barnabas.world.simulated;

import java.util.ArrayList;
import java.util.List;

/** A file: what programs see of it, what would survive a crash, and the changes in between. */
final class FileNode implements Node {
  private static final int SECTOR_BYTES = 512;

  private sealed interface Change {}

  private record Written(int position, Bytes bytes) implements Change {}

  private record Cut(int size) implements Change {}

  private final Bytes live;
  private final Bytes durable;
  private final List<Change> unforced = new ArrayList<>();
  private long changes;
  private boolean linked = true;
  private boolean changing;
  private long lastModifiedMillis;

  FileNode(long nowMillis) {
    this(new Bytes(), new Bytes(), nowMillis);
  }

  private FileNode(Bytes live, Bytes durable, long lastModifiedMillis) {
    this.live = live;
    this.durable = durable;
    this.lastModifiedMillis = lastModifiedMillis;
  }

  Bytes content() {
    return live;
  }

  long lastModifiedMillis() {
    return lastModifiedMillis;
  }

  /** Whether a name leads to it; one without takes no room on the disk any more. */
  boolean isLinked() {
    return linked;
  }

  void unlink() {
    linked = false;
  }

  /** Marks that an append or truncation has begun; false if another is under way. */
  boolean beginChange() {
    boolean free = !changing;
    changing = true;
    return free;
  }

  void endChange() {
    changing = false;
  }

  /** How many changes there were, ever. */
  long changes() {
    return changes;
  }

  void append(byte[] bytes, long nowMillis) {
    changes++;
    unforced.add(new Written(live.size(), new Bytes(bytes)));
    live.write(live.size(), bytes, bytes.length);
    lastModifiedMillis = nowMillis;
  }

  void truncate(int size, long nowMillis) {
    changes++;
    unforced.add(new Cut(size));
    live.truncate(size);
    lastModifiedMillis = nowMillis;
  }

  /** Makes the first so many of all changes survive, and not one more. */
  void force(long upToChange) {
    int later = (int) (changes - upToChange);
    List<Change> forced = unforced.subList(0, Math.max(0, unforced.size() - later));
    forced.forEach(this::makeDurable);
    forced.clear();
  }

  /** As after a failed force: the changes will never reach the disk, whatever is forced later. */
  void forgetUnforced() {
    unforced.clear();
  }

  /** Changes a byte behind the program's back. */
  void flip(int position, int mask) {
    live.flip(position, mask);
    durable.flip(position, mask);
  }

  /** The file after a crash; only that one must be used from then on. */
  @Override
  public FileNode survivor(CrashMode mode, SeededRandom random) {
    if (mode == CrashMode.KEEP_ALL) {
      changing = false;
      return this;
    }
    if (mode == CrashMode.RANDOM && !unforced.isEmpty()) {
      int kept = random.nextInt(unforced.size() + 1);
      unforced.subList(0, kept).forEach(this::makeDurable);
      boolean torn = kept < unforced.size() && random.oneIn(2);
      if (torn && unforced.get(kept) instanceof Written written) {
        tear(written, random);
      }
    }
    return new FileNode(new Bytes(durable.copy()), durable, lastModifiedMillis);
  }

  private void tear(Written written, SeededRandom random) {
    int whole = random.nextInt(written.bytes.size() + 1);
    byte[] bytes = written.bytes.copy();
    int spoiled = Math.min(bytes.length - whole, random.nextInt(SECTOR_BYTES + 1));
    byte[] tail = new byte[spoiled];
    switch (random.nextInt(3)) {
      case 0 -> spoiled = 0;
      case 1 -> random.nextBytes(tail);
      default -> {}
    }
    System.arraycopy(tail, 0, bytes, whole, spoiled);
    durable.write(written.position, bytes, whole + spoiled);
  }

  private void makeDurable(Change change) {
    switch (change) {
      case Written written ->
          durable.write(written.position, written.bytes.copy(), written.bytes.size());
      case Cut cut -> durable.truncate(cut.size);
    }
  }
}
