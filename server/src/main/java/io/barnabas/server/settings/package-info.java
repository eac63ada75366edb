/**
 * What a person sets for a node, under Kafka's property names.
 *
 * <p>Owns the names, defaults and bounds of a node's settings. Promises that an unknown or
 * impossible setting is refused with one clear sentence. Start at {@link
 * io.barnabas.server.settings.NodeSettings}.
 */
@NullMarked
package io.barnabas.server.settings;

import org.jspecify.annotations.NullMarked;
