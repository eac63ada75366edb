package io.barnabas.coordinator.assignor;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What maps have for keys that are known to be in them. */
final class Known {
  private Known() {}

  static <K, V> V in(Map<K, V> map, K key) {
    @Nullable V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("not there: " + key);
    }
    return value;
  }
}
