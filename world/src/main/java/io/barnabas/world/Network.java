package io.barnabas.world;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Byte streams between addresses. Safe for use by any thread. */
public interface Network {
  /**
   * Takes a port and listens on it.
   *
   * @param local the address; port 0 means any free one
   * @throws java.net.BindException if the address is taken or is not this machine's
   */
  Listener listen(InetSocketAddress local) throws IOException;

  /**
   * Opens a stream to a listener.
   *
   * @param remote a name that is not resolved yet is looked up
   * @throws java.net.UnknownHostException if the name has no address
   * @throws java.net.SocketTimeoutException if it took longer than {@code timeoutNanos}
   * @throws java.net.ConnectException if nothing listens there
   */
  Connection connect(InetSocketAddress remote, long timeoutNanos) throws IOException;
}
