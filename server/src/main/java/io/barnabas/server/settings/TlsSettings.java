package io.barnabas.server.settings;

import java.util.Map;

/**
 * How the traffic of one listener is protected: whom this node trusts there, and how it proves who
 * it is.
 *
 * @param listener its name, in capitals
 * @param configs the settings whose names begin with {@code ssl.}, as Kafka's own library takes
 *     them; those that are not given and have no default value are not there
 */
public record TlsSettings(String listener, Map<String, Object> configs) {
  /** Copies the map. */
  public TlsSettings {
    configs = Map.copyOf(configs);
  }

  /** How the certificate of one that this node connects to is compared with its host's name. */
  public String identification() {
    return String.valueOf(configs.getOrDefault("ssl.endpoint.identification.algorithm", ""));
  }

  @Override
  public String toString() {
    return "TLS of " + listener;
  }
}
