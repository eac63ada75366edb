package io.barnabas.chaos.plan;

import java.util.List;

/**
 * Faults that go together, and the time until the next ones.
 *
 * @param steps one or more
 * @param awaitProgress whether the cluster is given time to get well before the next round
 * @param restMs how long nothing strikes after that
 */
public record Round(List<Step> steps, boolean awaitProgress, int restMs) {}
