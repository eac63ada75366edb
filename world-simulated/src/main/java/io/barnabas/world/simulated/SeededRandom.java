package io.barnabas.world.simulated;

import io.barnabas.world.Randomness;

/** SplitMix64: small, fast, and the same on every machine. */
final class SeededRandom implements Randomness {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  SeededRandom(long seed) {
    this.state = mix(seed + GAMMA);
  }

  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Another stream of numbers, independent of what is drawn from this one afterwards. */
  SeededRandom fork() {
    return new SeededRandom(nextLong());
  }

  @Override
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  @Override
  public int nextInt(int bound) {
    return (int) nextLong(bound);
  }

  /** From 0 to {@code bound - 1}; the bias is below what a test could notice. */
  long nextLong(long bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive: " + bound);
    }
    return (nextLong() >>> 1) % bound;
  }

  /** True once in {@code n} times; never if {@code n} is 0. */
  boolean oneIn(int n) {
    return n > 0 && nextInt(n) == 0;
  }

  @Override
  public void nextBytes(byte[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = (byte) nextLong();
    }
  }
}
