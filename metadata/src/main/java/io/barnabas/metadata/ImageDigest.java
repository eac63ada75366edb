package io.barnabas.metadata;

import org.jspecify.annotations.Nullable;

/**
 * One number for all that an image holds, its version left out: the sum of the hashes of the facts
 * that lead to it from nothing, one for each thing there is, and of the cluster's id. So it does
 * not depend on how the image came about, and a change costs no more than what changed. For use by
 * one thread.
 */
final class ImageDigest {
  /**
   * Grows whenever the same state gets another digest: by another hash, or by other bytes of a
   * fact. Digests of different formats say nothing about each other, so that nodes of two releases
   * can be in one cluster.
   */
  static final byte FORMAT = 3;

  private final FactOutput out = new FactOutput();
  private long value;

  ImageDigest(long value) {
    this.value = value;
  }

  /** The digest of a whole image, from scratch. */
  static long of(ClusterImage image) {
    FactOutput id = new FactOutput();
    id.string(image.clusterId());
    ImageDigest digest = new ImageDigest(id.hash());
    ImageCodec.facts(image).forEach(fact -> digest.replace(null, fact));
    return digest.value;
  }

  long value() {
    return value;
  }

  /**
   * Something is like this, and was like that; null where there is or was no such thing.
   *
   * @param before the fact that leads to it from nothing, as a snapshot has it
   */
  void replace(@Nullable Fact before, @Nullable Fact after) {
    if (before != null) {
      value -= hash(before);
    }
    if (after != null) {
      value += hash(after);
    }
  }

  private long hash(Fact fact) {
    out.clear();
    FactCodec.writeContent(out, fact);
    return out.hash();
  }
}
