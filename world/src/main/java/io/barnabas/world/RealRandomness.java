package io.barnabas.world;

import java.security.SecureRandom;

/** The JDK's cryptographic random numbers. */
final class RealRandomness implements Randomness {
  private final SecureRandom random = new SecureRandom();

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public void nextBytes(byte[] target) {
    random.nextBytes(target);
  }
}
