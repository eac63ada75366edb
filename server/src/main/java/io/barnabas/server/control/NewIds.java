package io.barnabas.server.control;

import io.barnabas.world.Randomness;
import org.apache.kafka.common.Uuid;

/** Ids that nothing else has. */
public final class NewIds {
  private NewIds() {}

  /**
   * One as Kafka draws them: of version 4, none that it reserves, none that looks like an option.
   */
  public static Uuid draw(Randomness randomness) {
    Uuid id;
    do {
      long most = (randomness.nextLong() & ~0xf000L) | 0x4000L;
      long least = (randomness.nextLong() & ~(3L << 62)) | (1L << 63);
      id = new Uuid(most, least);
    } while (Uuid.RESERVED.contains(id) || id.toString().startsWith("-"));
    return id;
  }
}
