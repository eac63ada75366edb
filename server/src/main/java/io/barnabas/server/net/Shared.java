package io.barnabas.server.net;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.util.function.Consumer;

/**
 * What the connections of a server have in common.
 *
 * @param heavy held while a request is read and handled that may take much of the heap: there is
 *     one at a time
 * @param whenGone called when the last thread of a connection has let go of everything
 */
record Shared(
    World world,
    ConnectionLimits limits,
    SlabPool pool,
    RequestMemory memory,
    Monitor heavy,
    FailedHandshakes failedHandshakes,
    Consumer<ClientConnection> whenGone) {}
