package io.barnabas.coordinator;

import java.util.Optional;

/**
 * A record of an internal topic.
 *
 * @param key what it is about
 * @param value what holds from now on; empty if nothing does any more
 */
public record CoordinatorRecord(Bytes key, Optional<Bytes> value) {
  /** More than any record needs besides its key and value. */
  private static final int OVERHEAD_BYTES = 32;

  /** At most as many bytes as it takes in a batch. */
  int maxBytes() {
    return OVERHEAD_BYTES + key.size() + value.map(Bytes::size).orElse(0);
  }
}
