/**
 * The node: what makes one out of the rooms below, starts it and stops it. Owns the order in which
 * things start and stop, and what becomes of the node when a part fails for good. Start at {@link
 * io.barnabas.server.Node}.
 */
@NullMarked
package io.barnabas.server;

import org.jspecify.annotations.NullMarked;
