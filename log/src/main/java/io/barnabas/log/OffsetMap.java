package io.barnabas.log;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Where the newest record of each key is, in a bounded table of plain numbers: of a key it keeps
 * half of its SHA-256 only. Whoever finds two keys that agree in that could remove one's records by
 * writing the other's, so it is none of the digests of which such pairs are known. For one thread.
 */
final class OffsetMap {
  /** Of a key's digest and its offset. */
  static final int ENTRY_BYTES = 24;

  private static final int DIGEST_BYTES = 32;
  private static final int LONGS = 3;
  private static final int MOST_SLOTS = (Integer.MAX_VALUE - 8) / LONGS;

  /** For each slot the two halves of the digest, and the offset and 1; 0 where there is none. */
  private final long[] table;

  private final int slots;
  private final int mostKeys;
  private final MessageDigest digest;
  private final byte[] bytes = new byte[DIGEST_BYTES];
  private final ByteBuffer digested = ByteBuffer.wrap(bytes);
  private int size;
  private long latestOffset;

  private OffsetMap(int slots, int mostKeys, long latestOffset) {
    this.slots = slots;
    this.mostKeys = mostKeys;
    this.latestOffset = latestOffset;
    table = new long[slots * LONGS];
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * One that is no larger than it must be.
   *
   * @param mostBytes of the table
   * @param loadFactor how much of it is used at most, above 0 and not above 1
   * @param offsets how many there are, so that there cannot be more keys
   * @param firstOffset the first of them
   */
  static OffsetMap of(long mostBytes, double loadFactor, long offsets, long firstOffset) {
    long bySize = Math.min(MOST_SLOTS, Math.max(2, mostBytes / ENTRY_BYTES));
    double byKeys = Math.ceil((double) offsets / loadFactor) + 1;
    int slots = (int) Math.min((double) bySize, byKeys);
    int most = (int) Math.min(slots - 1L, Math.max(1, (long) (slots * loadFactor)));
    return new OffsetMap(Math.max(2, slots), Math.max(1, most), firstOffset - 1);
  }

  /** How many keys there are. */
  int size() {
    return size;
  }

  /** All up to this offset is taken in. */
  long latestOffset() {
    return latestOffset;
  }

  void updateLatestOffset(long offset) {
    latestOffset = Math.max(latestOffset, offset);
  }

  /** Notes a newer record of a key; false if there is no room for any other key, even this. */
  boolean put(ByteBuffer key, long offset) {
    if (size >= mostKeys) {
      return false;
    }
    int at = find(key);
    if (table[at + 2] == 0) {
      size++;
      table[at] = digested.getLong(0);
      table[at + 1] = digested.getLong(Long.BYTES);
    }
    table[at + 2] = offset + 1;
    return true;
  }

  /** Where a key's newest record is, as far as it is known; -1 if it is not. */
  long get(ByteBuffer key) {
    return table[find(key) + 2] - 1;
  }

  /** Where a key is in the table, or would be. */
  private int find(ByteBuffer key) {
    digest.update(key.duplicate());
    try {
      digest.digest(bytes, 0, bytes.length);
    } catch (DigestException e) {
      throw new IllegalStateException("a digest has always as many bytes", e);
    }
    long first = digested.getLong(0);
    long second = digested.getLong(Long.BYTES);
    int slot = (int) Long.remainderUnsigned(first, slots);
    while (table[slot * LONGS + 2] != 0
        && (table[slot * LONGS] != first || table[slot * LONGS + 1] != second)) {
      slot = slot + 1 == slots ? 0 : slot + 1;
    }
    return slot * LONGS;
  }
}
