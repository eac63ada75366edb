/**
 * Programs that load a broker for minutes: real text in and out through three clients, and SIGKILL
 * in the middle of a load.
 *
 * <p>Start reading at the main, {@link io.barnabas.conformance.load.TextLoad}. They run against
 * Barnabas or Apache Kafka, each started in a directory of its own, and write a table under the
 * module's target directory.
 */
@NullMarked
package io.barnabas.conformance.load;

import org.jspecify.annotations.NullMarked;
