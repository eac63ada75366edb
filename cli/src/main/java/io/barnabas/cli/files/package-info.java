/**
 * The commands that look at a log's files, without a node.
 *
 * <p>Owns {@code log}. Promises to write nothing and to take no lock, to show what is damaged as
 * such and go on behind it, and to hold one batch at a time, however large a file is. Start at
 * {@link io.barnabas.cli.files.LogCommand}.
 */
@NullMarked
package io.barnabas.cli.files;

import org.jspecify.annotations.NullMarked;
