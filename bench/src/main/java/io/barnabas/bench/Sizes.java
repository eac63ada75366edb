package io.barnabas.bench;

/**
 * How much is sent.
 *
 * @param rawMiB values of a load by the raw client, MiB
 * @param toolMiB values of a load by Kafka's own client, MiB
 * @param rawSeconds when a load by the raw client stops early
 * @param fixedRateSeconds how long the fixed rate lasts, after a warm-up of a third of it
 * @param endToEndRecords records that go round one by one
 * @param idleSeconds how long a broker is left alone before its memory is read
 * @param partitions how many partitions are many
 * @param steadySeconds how long clients are watched before a fault
 * @param faultLimitSeconds how long a fault lasts if nothing moves on in spite of it
 */
record Sizes(
    int rawMiB,
    int toolMiB,
    int rawSeconds,
    int fixedRateSeconds,
    int endToEndRecords,
    int idleSeconds,
    int partitions,
    int steadySeconds,
    int faultLimitSeconds) {

  static final Sizes FULL = new Sizes(1024, 512, 20, 15, 5_000, 10, 1_000, 1, 12);
  static final Sizes QUICK = new Sizes(128, 64, 4, 3, 500, 2, 1_000, 1, 12);

  long rawRecords(int recordBytes) {
    return (long) rawMiB * (1 << 20) / recordBytes;
  }

  /** Fewer for a contender so slow that the others' number would take minutes. */
  long toolRecords(int recordBytes, Contender contender) {
    long records = (long) toolMiB * (1 << 20) / recordBytes;
    return contender == Contender.KAFKA_FSYNC ? records / 20 : records;
  }
}
