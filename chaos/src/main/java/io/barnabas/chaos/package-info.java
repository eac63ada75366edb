/**
 * Faults on real node processes under real clients, and what the clients saw of them.
 *
 * <p>Owns the program {@code chaos/run}: it starts a cluster, Barnabas or Apache Kafka, lets
 * producers and consumers work, makes faults by a seed, heals everything, reads everything, and
 * judges. Promises: everything it starts or makes on the machine is gone at its end, also after
 * Ctrl-C; exit code 1 means that something happened which must not.
 *
 * <p>Start reading at {@link io.barnabas.chaos.Chaos}; {@link io.barnabas.chaos.Journey} is one
 * run.
 */
@NullMarked
package io.barnabas.chaos;

import org.jspecify.annotations.NullMarked;
