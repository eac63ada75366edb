package io.barnabas.log;

/**
 * What the log knows of a producer.
 *
 * @param producerId its id
 * @param producerEpoch its latest epoch
 * @param lastSequence of its last record, or -1
 * @param lastTimestampMs of its last batch
 * @param coordinatorEpoch of the last transaction marker, or -1
 * @param currentTxnStartOffset of its open transaction, or -1
 */
public record ActiveProducer(
    long producerId,
    short producerEpoch,
    int lastSequence,
    long lastTimestampMs,
    int coordinatorEpoch,
    long currentTxnStartOffset) {}
