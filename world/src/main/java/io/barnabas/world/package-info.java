/**
 * The world outside: clock and timers, threads, network, disk and randomness, real or simulated.
 *
 * <p>Everything in Barnabas that waits, measures time, starts a thread, touches a file or a socket,
 * or draws a random number does so through {@link io.barnabas.world.World}. {@link
 * io.barnabas.world.RealWorld} is the thin layer over the JDK that ships; the simulated world (a
 * test-support module that never ships) runs the same code on one thread, from a seed.
 *
 * <p>Plain untimed {@code java.util.concurrent} locks, conditions and futures may be used directly:
 * they park virtual threads, which both worlds can run. Timed waits may not ({@link
 * io.barnabas.world.Monitor} has them), nor may {@code synchronized} around anything that waits,
 * nor may a thread ever be interrupted: an interrupt closes the file or socket that the thread is
 * using, for everyone.
 *
 * <p>Start reading at {@link io.barnabas.world.World}.
 */
@NullMarked
package io.barnabas.world;

import org.jspecify.annotations.NullMarked;
