/**
 * The {@code barnabas} command: a node in the foreground, and what a person needs at the prompt.
 *
 * <p>Owns arguments, output and exit codes. Promises one clear sentence and exit code 1 when
 * something cannot be done, 2 when the arguments are wrong; never a stack trace for what a person
 * can put right. Start at {@link io.barnabas.cli.Main}.
 */
@NullMarked
package io.barnabas.cli;

import org.jspecify.annotations.NullMarked;
