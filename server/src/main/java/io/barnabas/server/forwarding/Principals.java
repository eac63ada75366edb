package io.barnabas.server.forwarding;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/** Who a client is and where, in an envelope. */
final class Principals {
  private static final InetAddress UNKNOWN = InetAddress.getLoopbackAddress();

  private Principals() {}

  static byte[] write(KafkaPrincipal principal) {
    return serde().serialize(principal);
  }

  /**
   * Whom an envelope names.
   *
   * @throws SerializationException if it names nobody
   */
  static KafkaPrincipal read(byte[] serialized) {
    try {
      return serde().deserialize(serialized);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new SerializationException("No principal", e);
    }
  }

  private static DefaultKafkaPrincipalBuilder serde() {
    return new DefaultKafkaPrincipalBuilder(null, null);
  }

  static byte[] address(InetSocketAddress client) {
    InetAddress address = client.getAddress();
    return (address == null ? UNKNOWN : address).getAddress();
  }

  /**
   * The address in an envelope, without a port.
   *
   * @throws UnknownHostException if it is none
   */
  static InetSocketAddress readAddress(byte[] address) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByAddress(address), 0);
  }
}
