/**
 * The cluster's state as an immutable image, and the facts that change it. Pure: no I/O, no
 * threads, no clock. Start at {@link io.barnabas.metadata.ClusterImage}; everything that can happen
 * to it is a {@link io.barnabas.metadata.Fact}, and everything the controller can be asked is a
 * {@link io.barnabas.metadata.Command}, which decides on facts and an answer.
 */
@NullMarked
package io.barnabas.metadata;

import org.jspecify.annotations.NullMarked;
