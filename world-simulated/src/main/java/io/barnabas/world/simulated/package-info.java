/**
 * A whole world in one process, run from a seed: virtual time, a scheduler that picks the next
 * thread at random, a network that delays and breaks, disks that lose what was not forced. The same
 * seed gives the same run. For tests only; it never ships.
 *
 * <p>All threads of a simulation are virtual threads that take turns on the one platform thread
 * that called {@link io.barnabas.world.simulated.SimulatedWorld#run}. They change only where they
 * wait, and at random at calls of the world. The JVM needs {@code
 * --add-opens=java.base/java.lang=ALL-UNNAMED}, because the JDK lets nobody else choose a virtual
 * thread's scheduler, and should have {@code -Djdk.trackAllThreads=false}, because otherwise it
 * keeps the threads that a simulated crash abandons for ever.
 *
 * <p>Start reading at {@link io.barnabas.world.simulated.SimulatedWorld}, then {@code Scheduler}.
 */
@NullMarked
package io.barnabas.world.simulated;

import org.jspecify.annotations.NullMarked;
