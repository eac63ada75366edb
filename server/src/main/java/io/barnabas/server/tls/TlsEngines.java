package io.barnabas.server.tls;

import io.barnabas.server.settings.TlsSettings;
import java.security.KeyStore;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** What a node shows and whom it trusts, read from its files once. Thread-safe. */
public final class TlsEngines {
  private final DefaultSslEngineFactory factory;
  private final String identification;

  private TlsEngines(DefaultSslEngineFactory factory, String identification) {
    this.factory = factory;
    this.identification = identification;
  }

  /**
   * Reads the files that the settings name.
   *
   * @throws TlsException if one of them cannot be used; the message says for which listener
   */
  public static TlsEngines load(TlsSettings settings) throws TlsException {
    DefaultSslEngineFactory factory = new DefaultSslEngineFactory();
    try {
      factory.configure(settings.configs());
    } catch (KafkaException | IllegalArgumentException e) {
      throw new TlsException(
          "The key and trust stores of the listener %s cannot be used: %s"
              .formatted(settings.listener(), reason(e)),
          e);
    }
    return new TlsEngines(factory, settings.identification());
  }

  /** The innermost one says what it is about. */
  private static String reason(Throwable e) {
    Throwable innermost = e;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String outer = String.valueOf(e.getMessage());
    String inner = String.valueOf(innermost.getMessage());
    return outer.contains(inner) ? outer : "%s: %s".formatted(outer, inner);
  }

  /** For one that connects to this node. */
  SSLEngine server(String host, int port) {
    return factory.createServerSslEngine(host, port);
  }

  /** For one that this node connects to; its certificate must be of that host. */
  SSLEngine client(String host, int port) {
    return factory.createClientSslEngine(host, port, identification);
  }

  /** This node's keys. */
  public KeyStore keys() {
    return factory.keystore();
  }

  /** Whom it trusts. */
  public KeyStore trusted() {
    return factory.truststore();
  }
}
