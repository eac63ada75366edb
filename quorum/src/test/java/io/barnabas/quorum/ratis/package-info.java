/** Tests of {@code RatisQuorum} with real Ratis servers at 127.0.0.1, all in this process. */
@NullMarked
package io.barnabas.quorum.ratis;

import org.jspecify.annotations.NullMarked;
