/**
 * Tests of the handlers on a real log and a simulated disk, with a fake connection that sees what a
 * client would see. Start at {@link io.barnabas.server.api.DataNode}.
 */
@NullMarked
package io.barnabas.server.api;

import org.jspecify.annotations.NullMarked;
