package io.barnabas.conformance.load;

/**
 * A topic as clients see it.
 *
 * @param partitions how many it has
 * @param retentionMs its setting {@code retention.ms}
 */
record TopicState(int partitions, long retentionMs) {}
