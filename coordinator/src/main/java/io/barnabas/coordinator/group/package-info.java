/**
 * Groups and the offsets that they commit: the state machine of a partition of {@code
 * __consumer_offsets}, with Kafka's record formats. Promises that what it decides depends on
 * nothing but its arguments. Start at {@link io.barnabas.coordinator.group.GroupMachine}; {@link
 * io.barnabas.coordinator.group.GroupCommand} lists what can be asked for.
 */
@NullMarked
package io.barnabas.coordinator.group;

import org.jspecify.annotations.NullMarked;
