/**
 * A quorum of the nodes of one simulated world, in memory: for tests, never shipped.
 *
 * <p>Promises what Raft promises and may show all that Raft may show: leaders that do not know yet
 * that they lead no longer, entries whose proposer never hears what became of them, members that
 * get a snapshot in the midst of their entries. Disks are not touched: what a member has on its own
 * survives in memory, as far as a crash leaves it. Start at {@link
 * io.barnabas.quorum.simulated.SimulatedQuorum}.
 *
 * <p>Since threads of a simulated world give way to each other only where they call it, nothing
 * here needs a lock: each step changes all that it must before it calls the world.
 */
@NullMarked
package io.barnabas.quorum.simulated;

import org.jspecify.annotations.NullMarked;
