/**
 * Programs that load brokers for minutes: real text in and out through three clients, SIGKILL in
 * the middle of a load, SIGKILL of the active controller while topics change, and very many
 * partitions.
 *
 * <p>Start reading at the mains: {@link io.barnabas.conformance.load.TextLoad}, {@link
 * io.barnabas.conformance.load.KillLoad}, {@link io.barnabas.conformance.load.ControllerKillLoad},
 * {@link io.barnabas.conformance.load.MetadataScaleLoad}. They run against Barnabas or Apache
 * Kafka, each started in a directory of its own, and write a table under the module's target
 * directory.
 */
@NullMarked
package io.barnabas.conformance.load;

import org.jspecify.annotations.NullMarked;
