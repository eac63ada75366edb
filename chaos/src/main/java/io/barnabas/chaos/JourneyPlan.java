package io.barnabas.chaos;

import io.barnabas.chaos.plan.Fault;
import java.util.List;

/**
 * What one run does.
 *
 * @param broker whose nodes, for people
 * @param nodes how many
 * @param seconds how long faults strike
 * @param leastRounds how many rounds of faults there are, if they take longer than that
 * @param seed of the faults and of what clients do
 * @param faults that may strike
 * @param topics how many
 * @param partitions of each topic
 * @param writers threads with a producer
 * @param readers threads with a consumer
 * @param perSecond records of all writers together, at most
 */
record JourneyPlan(
    String broker,
    int nodes,
    int seconds,
    int leastRounds,
    long seed,
    List<Fault> faults,
    int topics,
    int partitions,
    int writers,
    int readers,
    int perSecond) {}
