/**
 * The cluster's state as an immutable image, and the facts that change it. Pure: no I/O, no
 * threads, no clock. Start at {@link io.barnabas.metadata.ClusterImage}; everything that can happen
 * to it is a {@link io.barnabas.metadata.Fact}.
 */
@NullMarked
package io.barnabas.metadata;

import org.jspecify.annotations.NullMarked;
