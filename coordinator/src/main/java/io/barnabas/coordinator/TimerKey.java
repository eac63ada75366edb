package io.barnabas.coordinator;

/**
 * What a timer is for; there is one of each at most.
 *
 * @param kind the state machine's own word
 * @param group whom it concerns
 * @param member which part of that; may be empty
 */
public record TimerKey(String kind, String group, String member) {}
