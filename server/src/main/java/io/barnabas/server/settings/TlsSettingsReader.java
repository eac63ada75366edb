package io.barnabas.server.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;

/**
 * Reads how listeners are protected. As in Kafka, {@code listener.name.<name>.ssl.…}, the
 * listener's name in small letters, goes before {@code ssl.…} for that listener.
 */
final class TlsSettingsReader {
  private static final String PREFIX = "listener.name.";
  private static final String SSL = "ssl.";
  private static final String PROTOCOL = "TLSv1.3";
  private static final List<String> NOT_FOR_QUORUM =
      List.of(
          "ssl.enabled.protocols", "ssl.cipher.suites", "ssl.endpoint.identification.algorithm");

  private final Map<String, String> given;

  TlsSettingsReader(Map<String, String> given) {
    this.given = given;
  }

  /** The listener that a setting is for, in small letters, if it is one of these settings. */
  static Optional<String> listenerOf(String setting) {
    int begin = setting.indexOf("." + SSL, PREFIX.length());
    return setting.startsWith(PREFIX)
            && begin > PREFIX.length()
            && Definitions.all().names().contains(setting.substring(begin + 1))
        ? Optional.of(setting.substring(PREFIX.length(), begin))
        : Optional.empty();
  }

  /**
   * What holds for a listener whose protocol is SSL.
   *
   * @param trusts whether it needs a trust store, whatever else is set
   */
  TlsSettings read(String listener, boolean trusts) throws SettingsException {
    Values values = values(listener);
    Map<String, Object> configs = new HashMap<>(Map.of("ssl.protocol", PROTOCOL));
    for (String name : Definitions.all().names()) {
      Object value = values.get(name);
      boolean isEmpty = value instanceof String text && text.isBlank();
      if (name.startsWith(SSL) && value != null && !isEmpty) {
        configs.put(name, value);
      }
    }
    TlsSettings tls = new TlsSettings(listener, configs);
    check(tls, "ssl.keystore.location", "ssl.keystore.key");
    boolean asksForCertificates = !"none".equals(configs.get("ssl.client.auth"));
    if (trusts || asksForCertificates) {
      check(tls, "ssl.truststore.location", "ssl.truststore.certificates");
    }
    checkPath(tls, "ssl.keystore.location");
    checkPath(tls, "ssl.truststore.location");
    return tls;
  }

  /**
   * What holds for the listener of the quorum, whose library goes by no other values than the
   * default ones of some settings: others are refused, as they would not be kept to.
   */
  TlsSettings readForQuorum(String listener) throws SettingsException {
    Values values = values(listener);
    for (String name : NOT_FOR_QUORUM) {
      if (!Objects.equals(values.get(name), Definitions.all().defaultValues().get(name))) {
        throw new SettingsException(
            ("The listener %s takes no other %s than the default: set %s%s.%s for the listeners"
                    + " that it is meant for.")
                .formatted(listener, name, PREFIX, "NAME", name));
      }
    }
    return read(listener, true);
  }

  private Values values(String listener) {
    String prefix = PREFIX + listener.toLowerCase(Locale.ROOT) + ".";
    Map<String, String> own = new HashMap<>(given);
    given.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            own.put(name.substring(prefix.length()), value);
          }
        });
    ConfigDef definitions = Definitions.all();
    return new Values(definitions.parse(own));
  }

  private static void check(TlsSettings tls, String file, String inline) throws SettingsException {
    if (!tls.configs().containsKey(file) && !tls.configs().containsKey(inline)) {
      throw new SettingsException(
          "The listener %s has the security protocol SSL: set %s.".formatted(tls.listener(), file));
    }
  }

  private static void checkPath(TlsSettings tls, String setting) throws SettingsException {
    try {
      Path _ = Path.of(String.valueOf(tls.configs().getOrDefault(setting, "")));
    } catch (InvalidPathException e) {
      throw new SettingsException("The setting %s: %s.".formatted(setting, e.getMessage()));
    }
  }
}
