package io.barnabas.coordinator;

/**
 * How a coordinator behaves.
 *
 * @param topic the internal topic
 * @param appendTimeoutMs after which a command whose records are not replicated is answered that
 *     nobody knows, 1 or more
 * @param loadBufferBytes how much of a partition is read at once; a batch may be longer
 * @param maxQueued how many commands may wait to be decided in each partition
 * @param maxBatchBytes how many bytes of records are appended at once; one decision may have more
 */
public record CoordinatorOptions(
    String topic, long appendTimeoutMs, int loadBufferBytes, int maxQueued, int maxBatchBytes) {}
