package io.barnabas.server.net;

import io.barnabas.world.World;
import java.util.function.Consumer;

/**
 * What the connections of a server have in common.
 *
 * @param whenGone called when the last thread of a connection has let go of everything
 */
record Shared(
    World world,
    ConnectionLimits limits,
    Requests requests,
    SlabPool pool,
    RequestMemory memory,
    Consumer<ClientConnection> whenGone) {}
