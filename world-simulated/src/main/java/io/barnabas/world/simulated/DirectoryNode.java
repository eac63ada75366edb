package io.barnabas.world.simulated;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A directory: its names as programs see them, as a crash would leave them, and the changes. */
final class DirectoryNode implements Node {
  /** One atomic step: a name goes, a name comes, or both. */
  private record Change(@Nullable String gone, @Nullable String come, @Nullable Node node) {
    void applyTo(SortedMap<String, Node> names) {
      if (gone != null) {
        names.remove(gone);
      }
      if (come != null && node != null) {
        names.put(come, node);
      }
    }
  }

  private final SortedMap<String, Node> live = new TreeMap<>();
  private final SortedMap<String, Node> durable = new TreeMap<>();
  private final List<Change> unforced = new ArrayList<>();

  @Nullable Node get(String name) {
    return live.get(name);
  }

  boolean isEmpty() {
    return live.isEmpty();
  }

  List<String> names() {
    return List.copyOf(live.keySet());
  }

  List<Node> nodes() {
    return List.copyOf(live.values());
  }

  void put(String name, Node node) {
    change(new Change(null, name, node));
  }

  void remove(String name) {
    change(new Change(name, null, null));
  }

  void rename(String from, String to, Node node) {
    change(new Change(from, to, node));
  }

  void force() {
    unforced.forEach(change -> change.applyTo(durable));
    unforced.clear();
  }

  private void change(Change change) {
    change.applyTo(live);
    unforced.add(change);
  }

  @Override
  public DirectoryNode survivor(CrashMode mode, SeededRandom random) {
    if (mode == CrashMode.KEEP_ALL) {
      nodes().forEach(node -> node.survivor(mode, random));
      return this;
    }
    if (mode == CrashMode.RANDOM) {
      int kept = random.nextInt(unforced.size() + 1);
      unforced.subList(0, kept).forEach(change -> change.applyTo(durable));
    }
    DirectoryNode survivor = new DirectoryNode();
    durable.forEach((name, node) -> survivor.put(name, node.survivor(mode, random)));
    survivor.force();
    return survivor;
  }
}
