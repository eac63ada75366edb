/**
 * A whole cluster in the simulated world: real nodes on an in-memory quorum, clients that speak the
 * protocol, all faults that the world has, and a checker of what the clients were told. One seed is
 * one run; the same seed is the same run.
 *
 * <p>Start reading at {@code WholeClusterSimulationTest}, then {@code WholeClusterRun}; what counts
 * as wrong is in {@code HistoryChecker}. Groups have runs of their own on the same nodes with the
 * same faults: {@code GroupsSimulationTest}, {@code GroupsRun}, and {@code GroupHistory}.
 */
@NullMarked
package io.barnabas.server.simulation;

import org.jspecify.annotations.NullMarked;
