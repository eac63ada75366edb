package io.barnabas.server.net;

import io.barnabas.world.Network;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where clients come in.
 *
 * @param name of the listener, PLAINTEXT for example
 * @param address to listen on; port 0 means any free one
 * @param network whose streams they are, if not the world's own
 */
public record ListenerBinding(String name, InetSocketAddress address, Optional<Network> network) {
  /** With the world's own streams. */
  public ListenerBinding(String name, InetSocketAddress address) {
    this(name, address, Optional.empty());
  }
}
