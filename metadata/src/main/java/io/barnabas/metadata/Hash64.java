package io.barnabas.metadata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A hash of 64 bits that is the same on every node and in every release. No defence against anybody
 * who looks for collisions. Of equal lengths, bytes that differ within one word of eight always
 * have different hashes, as each step is one-to-one.
 */
public final class Hash64 {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 0x243F6A8885A308D3L;
  private static final long FIRST = 0xFF51AFD7ED558CCDL;
  private static final long SECOND = 0xC4CEB9FE1A85EC53L;

  private Hash64() {}

  /** The hash of the first {@code length} bytes. */
  public static long of(byte[] bytes, int length) {
    long hash = stir(SEED ^ length);
    int place = 0;
    for (; place + Long.BYTES <= length; place += Long.BYTES) {
      hash = stir(hash ^ (long) WORD.get(bytes, place));
    }
    long rest = 0;
    for (int i = length - 1; i >= place; i--) {
      rest = rest << Byte.SIZE | (bytes[i] & 0xffL);
    }
    return stir(hash ^ rest);
  }

  private static long stir(long value) {
    long stirred = (value ^ (value >>> 33)) * FIRST;
    stirred = (stirred ^ (stirred >>> 33)) * SECOND;
    return stirred ^ (stirred >>> 33);
  }
}
