package io.barnabas.conformance.load;

/**
 * How far a journey goes.
 *
 * @param changes of the metadata while a node is away
 * @param batch settings changed by one request of these
 * @param snapshot whether the node that was away must need a snapshot
 * @param loadMs for how long changes and records go on before and after each event
 * @param recordsPerSecond that are sent meanwhile, where records are
 * @param replacements whether a voter is replaced by one with another number too
 */
record JourneyPlan(
    int changes,
    int batch,
    boolean snapshot,
    int loadMs,
    int recordsPerSecond,
    boolean replacements,
    long seed) {}
