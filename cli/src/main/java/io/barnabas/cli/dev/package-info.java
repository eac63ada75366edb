/**
 * A cluster on this machine for people to try, in one command.
 *
 * <p>Owns the nodes' settings files, their processes, and what is said of them. Promises that no
 * process of a node outlives the command, and that a cluster whose directory was named can be
 * started again. Start at {@link io.barnabas.cli.dev.DevCommand}.
 */
@NullMarked
package io.barnabas.cli.dev;

import org.jspecify.annotations.NullMarked;
