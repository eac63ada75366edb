/**
 * A quorum of several nodes over Apache Ratis, whose threads, files and sockets do not go through
 * {@code World}; neither does this package where it must meet them. Start at {@link
 * io.barnabas.quorum.ratis.RatisQuorum}. How a cluster comes to be without a format step is in
 * {@code Founding}, what is told to the listener in {@code Teller}, and what becomes of a proposal
 * in {@code Proposals}.
 */
@NullMarked
package io.barnabas.quorum.ratis;

import org.jspecify.annotations.NullMarked;
