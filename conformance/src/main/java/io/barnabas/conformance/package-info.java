/**
 * What tests from outside need: brokers as child processes, Barnabas or Apache Kafka, and a client
 * that sends raw frames.
 *
 * <p>The tests of this module run each case against both brokers: a test that fails on Apache Kafka
 * is a wrong test. Promises: every process started here is gone when the JVM that started it ends;
 * Apache Kafka's server jars are never on the class path that Barnabas runs with.
 *
 * <p>Start reading at {@link io.barnabas.conformance.BrokerProcess}; {@link
 * io.barnabas.conformance.ClusterProcess} is several of them.
 */
@NullMarked
package io.barnabas.conformance;

import org.jspecify.annotations.NullMarked;
