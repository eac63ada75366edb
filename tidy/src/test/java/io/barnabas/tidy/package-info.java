/**
 * What the house promises of its own source, as tests: who may call whom ({@link
 * io.barnabas.tidy.ArchitectureTest}), what only the real world may call ({@link
 * io.barnabas.tidy.BannedCallsTest}), how large things may grow ({@link io.barnabas.tidy.TidyTest})
 * and how they are formatted ({@link io.barnabas.tidy.FormatTest}).
 *
 * <p>Exceptions are lines of {@code allowed-*.txt}, each with its reason; a line that nothing needs
 * any more fails the build.
 */
@NullMarked
package io.barnabas.tidy;

import org.jspecify.annotations.NullMarked;
