/**
 * How the partitions that a group reads are shared out among its members, as pure functions. Start
 * at {@link io.barnabas.coordinator.assignor.Assignor}. Promises that each partition goes to one
 * subscribed member, and to none only if nobody has subscribed to its topic.
 */
@NullMarked
package io.barnabas.coordinator.assignor;

import org.jspecify.annotations.NullMarked;
