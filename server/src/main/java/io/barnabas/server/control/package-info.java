/**
 * This node's part in the control of the cluster: the loop that decides, has its decisions made
 * durable by the quorum, and publishes the image they lead to; and the identity of the node's
 * directories.
 *
 * <p>Promises that an answer is given only after what it says was committed and everyone on this
 * node who must know was told. Start at {@link io.barnabas.server.control.Controller}.
 */
@NullMarked
package io.barnabas.server.control;

import org.jspecify.annotations.NullMarked;
