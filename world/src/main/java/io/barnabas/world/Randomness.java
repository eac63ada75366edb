package io.barnabas.world;

/** Random numbers, good enough for identifiers that must not be guessed. Safe for any thread. */
public interface Randomness {
  /** Any long, all equally likely. */
  long nextLong();

  /** An int from 0 to {@code bound - 1}, all equally likely. */
  int nextInt(int bound);

  /** Fills an array. */
  void nextBytes(byte[] target);
}
