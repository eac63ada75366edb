/**
 * A log's files as they are, for people and tools that look at them while no node does.
 *
 * <p>Owns reading what may be damaged, and saying what of it is. Promises to write nothing, to take
 * no lock, to hold one batch or a piece of a file at a time, and to go on behind what is damaged.
 * Reads the formats by itself: what the log's own code got wrong would else not be seen. Start at
 * {@link io.barnabas.log.inspect.BatchReader} and {@link io.barnabas.log.inspect.Inspection}.
 */
@NullMarked
package io.barnabas.log.inspect;

import org.jspecify.annotations.NullMarked;
