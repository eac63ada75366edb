/**
 * JMH benchmarks of the log's hot pieces, in the log's own package so that they reach pieces that
 * are nobody else's business. Start with {@link io.barnabas.log.AppendBenchmark}.
 */
@NullMarked
package io.barnabas.log;

import org.jspecify.annotations.NullMarked;
