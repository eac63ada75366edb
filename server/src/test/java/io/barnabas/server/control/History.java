package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All that a simulated cluster has committed, as whoever learned of it first saw it. */
final class History {
  private final List<byte[]> entries = new ArrayList<>();
  private final List<List<Fact>> facts = new ArrayList<>();
  private final List<ClusterImage> images = new ArrayList<>();
  private final ImageInvariants invariants;

  /** Elections by hand, which the commands add to. */
  final Set<ImageInvariants.Reign> uncleanByHand = new HashSet<>();

  History(String clusterId) {
    images.add(ClusterImage.empty(clusterId));
    invariants = new ImageInvariants(uncleanByHand);
  }

  /**
   * A node learned of an entry.
   *
   * @throws AssertionError if another one learned of another entry in its place, or it breaks what
   *     must hold
   */
  void committed(long index, byte[] entry) {
    if (index <= entries.size()) {
      if (!Arrays.equals(entries.get((int) index - 1), entry)) {
        throw new AssertionError("two entries " + index);
      }
      return;
    }
    if (index != entries.size() + 1) {
      throw new AssertionError("entry %d after %d".formatted(index, entries.size()));
    }
    Entry decoded = Entry.decode(entry);
    ClusterImage before = images.getLast();
    ClusterImage after = decoded.applyTo(before);
    invariants.check(before, decoded.facts(), after);
    entries.add(entry);
    facts.add(decoded.facts());
    images.add(after);
  }

  /**
   * A node has an image.
   *
   * @throws AssertionError if it is not what all of that version are
   */
  void has(ClusterImage image) {
    if (image.digest() != at(image.version()).digest()) {
      throw new AssertionError(
          "another image: %s instead of %s".formatted(image, at(image.version())));
    }
  }

  ClusterImage at(long version) {
    return images.get((int) version);
  }

  long version() {
    return entries.size();
  }

  /** Whether these facts were committed together, at this version or before. */
  boolean has(List<Fact> some, long version) {
    for (int index = (int) version - 1; index >= 0; index--) {
      if (ImageInvariants.contains(facts.get(index), some)) {
        return true;
      }
    }
    return false;
  }
}
