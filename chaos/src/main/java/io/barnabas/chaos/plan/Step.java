package io.barnabas.chaos.plan;

/**
 * One fault that strikes.
 *
 * @param fault what
 * @param node whom, from 1; faults of the whole cluster do not look at it
 * @param other another node than that, for faults between two
 * @param afterMs how long after the beginning of its round
 * @param forMs how long it lasts
 * @param variant which of its ways, where it has several: any number
 */
public record Step(Fault fault, int node, int other, int afterMs, int forMs, int variant) {}
