/**
 * Measurements: Barnabas and Apache Kafka started in turn on this machine, driven the same way.
 *
 * <p>Owns the raw producer and reader (clients cheap enough not to be the limit), the accounting of
 * a broker process, and the table of ratios. Promises that both brokers get the same requests in
 * interleaved repetitions. Nothing here is asserted by a test.
 */
@NullMarked
package io.barnabas.bench;

import org.jspecify.annotations.NullMarked;
