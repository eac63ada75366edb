/**
 * Who is in the cluster. On every node: that it is registered with the active controller and tells
 * it how it is. On the active controller: which brokers are still there. Owns when something is
 * decided; what is decided is in {@code io.barnabas.metadata}. Promises that a broker that has gone
 * is fenced soon, and that one that lives is fenced by mistake at the cost of a change of leaders
 * only. Start at {@link io.barnabas.server.membership.BrokerLifecycle} and {@link
 * io.barnabas.server.membership.Members}.
 */
@NullMarked
package io.barnabas.server.membership;

import org.jspecify.annotations.NullMarked;
