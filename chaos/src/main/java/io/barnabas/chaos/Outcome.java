package io.barnabas.chaos;

import java.util.List;

/**
 * What a run has shown.
 *
 * @param plan what it did
 * @param work what clients saw
 * @param bars the faults
 * @param beginMs when the first fault could strike, in milliseconds since the beginning
 * @param endMs when the clients ended, in milliseconds since the beginning
 */
record Outcome(JourneyPlan plan, Workload work, List<Bar> bars, long beginMs, long endMs) {}
