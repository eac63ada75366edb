/**
 * TLS between this node and others, below {@link io.barnabas.world.Connection}: who reads and
 * writes does not notice, but for who the other side is.
 *
 * <p>Promises that no byte of an unprotected stream is taken for one of a protected one, that
 * handshakes end in time and are bounded in number, and that a renegotiation is refused. Start at
 * {@link io.barnabas.server.tls.TlsNetwork}.
 */
@NullMarked
package io.barnabas.server.tls;

import org.jspecify.annotations.NullMarked;
