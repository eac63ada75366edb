package io.barnabas.metadata;

import io.barnabas.metadata.Fact.FeatureRange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Whether nodes can take part in what the cluster uses. */
final class FeatureLevels {
  private FeatureLevels() {}

  /**
   * Checks that a node supports all features that the cluster uses, of those that it names; one
   * that says nothing about a feature does not know it.
   *
   * @param kind of node, for the sentence
   * @param ranges what it supports; empty if it did not say
   * @throws UnsupportedVersionException with a sentence for its operator
   */
  static void checkSupport(String kind, Map<String, Short> used, List<FeatureRange> ranges) {
    if (ranges.isEmpty()) {
      return;
    }
    new TreeMap<>(used)
        .forEach(
            (feature, level) -> {
              FeatureRange range =
                  ranges.stream()
                      .filter(each -> each.name().equals(feature))
                      .findFirst()
                      .orElse(new FeatureRange(feature, (short) 0, (short) 0));
              if (level < range.minLevel() || level > range.maxLevel()) {
                throw new UnsupportedVersionException(
                    ("Unable to register because the %s does not support finalized version %d of"
                            + " %s. The %s wants a version between %d and %d, inclusive.")
                        .formatted(kind, level, feature, kind, range.minLevel(), range.maxLevel()));
              }
            });
  }
}
