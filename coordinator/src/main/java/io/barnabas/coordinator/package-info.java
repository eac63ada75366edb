/**
 * State machines over internal topics: what is coordinated is rebuilt from a partition's records by
 * the node that leads it, decided by pure functions on immutable values, and answered once the
 * records that say so are replicated. Knows nothing of sockets. Start at {@link
 * io.barnabas.coordinator.StateMachine}, then {@link io.barnabas.coordinator.Coordinator}, which
 * runs one for each partition led here.
 */
@NullMarked
package io.barnabas.coordinator;

import org.jspecify.annotations.NullMarked;
