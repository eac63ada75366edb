/**
 * Entries made durable and ordered on a majority. Knows nothing of what they mean. Start at {@link
 * io.barnabas.quorum.Quorum}.
 */
@NullMarked
package io.barnabas.quorum;

import org.jspecify.annotations.NullMarked;
