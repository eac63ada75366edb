/**
 * Which fault strikes when and whom, by a seed.
 *
 * <p>Owns the list of faults and the order in which they come. Promises: the same seed and choices
 * give the same plan; what strikes the whole cluster strikes alone; two faults at a time are at two
 * nodes. Nothing here does anything to a node.
 *
 * <p>Start reading at {@link io.barnabas.chaos.plan.Plan} and {@link io.barnabas.chaos.plan.Fault}.
 */
@NullMarked
package io.barnabas.chaos.plan;

import org.jspecify.annotations.NullMarked;
