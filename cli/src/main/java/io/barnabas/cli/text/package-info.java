/**
 * What people and programs read: tables, JSON, amounts with units, progress.
 *
 * <p>Owns the form of the command's output and knows nothing of what it says. Promises that text
 * for people is aligned and text for programs is valid JSON. Start at {@link
 * io.barnabas.cli.text.Output}.
 */
@NullMarked
package io.barnabas.cli.text;

import org.jspecify.annotations.NullMarked;
