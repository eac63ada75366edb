/**
 * Faults of the machines that nodes run on: a network that is cut, a disk that hangs.
 *
 * <p>They are the kernel's own (network namespaces, file systems in files), so they need Linux and
 * root; {@code missing()} says in a sentence what is not there. Promises that nothing made here
 * outlives the JVM that made it, unless that is killed. Start reading at {@link
 * io.barnabas.conformance.faults.NodeNetwork} and {@link io.barnabas.conformance.faults.LoopDisk}.
 */
@NullMarked
package io.barnabas.conformance.faults;

import org.jspecify.annotations.NullMarked;
