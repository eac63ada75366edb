package io.barnabas.server.net;

import java.net.InetSocketAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Who is at the other end of a connection.
 *
 * @param connectionId unique for as long as the node runs
 * @param listenerName the listener that it came in by, PLAINTEXT for example
 * @param remoteAddress where it is; that of a client whose request another node took has no port
 * @param principal who it has proved to be
 */
public record Client(
    long connectionId,
    String listenerName,
    InetSocketAddress localAddress,
    InetSocketAddress remoteAddress,
    KafkaPrincipal principal) {

  /** One that has proved nothing. */
  public Client(
      long connectionId,
      String listenerName,
      InetSocketAddress localAddress,
      InetSocketAddress remoteAddress) {
    this(connectionId, listenerName, localAddress, remoteAddress, KafkaPrincipal.ANONYMOUS);
  }

  /** The same, who has proved to be somebody. */
  Client as(KafkaPrincipal proved) {
    return new Client(connectionId, listenerName, localAddress, remoteAddress, proved);
  }
}
