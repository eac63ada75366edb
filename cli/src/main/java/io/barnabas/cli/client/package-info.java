/**
 * The commands that speak to a running cluster, as any client does.
 *
 * <p>Owns {@code topics}, {@code produce}, {@code consume} and {@code cluster}. Promises a table
 * for people, JSON with {@code --json}, and one sentence when something cannot be done. Start at
 * {@link io.barnabas.cli.client.Cluster}, the connection that all of them use.
 */
@NullMarked
package io.barnabas.cli.client;

import org.jspecify.annotations.NullMarked;
