package io.barnabas.chaos;

import io.barnabas.chaos.check.EndWatch;
import io.barnabas.chaos.check.PartitionHistory;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition that clients work on.
 *
 * @param index of it among all, from 0
 * @param id its topic and number
 * @param history what clients sent and read
 * @param ends the ends that they saw
 */
record Part(int index, TopicPartition id, PartitionHistory history, EndWatch ends) {}
