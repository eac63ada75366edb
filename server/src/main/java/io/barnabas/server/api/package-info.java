/**
 * What each Kafka API does, one handler class per API, each opening with the versions that it
 * serves and what they changed. What is advertised to clients is derived from the handlers. Start
 * at any handler.
 */
@NullMarked
package io.barnabas.server.api;

import org.jspecify.annotations.NullMarked;
