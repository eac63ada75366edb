/**
 * JMH benchmarks of decoding requests and encoding answers, in the connections' own package so that
 * they reach pieces that are nobody else's business.
 */
@NullMarked
package io.barnabas.server.net;

import org.jspecify.annotations.NullMarked;
