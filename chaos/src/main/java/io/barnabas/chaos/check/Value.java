package io.barnabas.chaos.check;

/**
 * What a record holds: unique in its partition.
 *
 * @param producer who sent it, from 0
 * @param number of it among those that the producer sent to the partition, from 0
 */
public record Value(int producer, int number) {
  /** As one number. */
  public long packed() {
    return ((long) producer << Integer.SIZE) | number;
  }

  /** From that number. */
  public static Value of(long packed) {
    return new Value((int) (packed >>> Integer.SIZE), (int) packed);
  }

  @Override
  public String toString() {
    return "value " + number + " of producer " + producer;
  }
}
