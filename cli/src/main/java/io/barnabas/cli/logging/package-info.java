/**
 * What the program logs with: slf4j-simple writes, and levels can be changed while the program
 * runs. Owns the levels of loggers. Start at {@link io.barnabas.cli.logging.NodeLoggers}.
 */
@NullMarked
package io.barnabas.cli.logging;

import org.jspecify.annotations.NullMarked;
