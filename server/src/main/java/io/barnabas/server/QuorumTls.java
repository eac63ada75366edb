package io.barnabas.server;

import io.barnabas.quorum.ratis.RatisTls;
import io.barnabas.server.settings.TlsSettings;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** Reads the key and trust stores of the quorum's traffic. */
final class QuorumTls {
  private QuorumTls() {}

  /**
   * What is in the files that the settings name.
   *
   * @throws StartupException if one of them cannot be used
   */
  static RatisTls load(TlsSettings settings) throws StartupException {
    try (DefaultSslEngineFactory stores = new DefaultSslEngineFactory()) {
      stores.configure(configs(settings));
      return new RatisTls.Managers(
          keys(stores.keystore(), password(settings)), trusted(stores.truststore()));
    } catch (KafkaException | GeneralSecurityException e) {
      throw new StartupException(
          "The files of ssl.keystore.location and ssl.truststore.location cannot be used: "
              + StartupException.sentence(e),
          e);
    }
  }

  private static Map<String, Object> configs(TlsSettings settings) {
    Map<String, Object> configs = new HashMap<>();
    configs.put("ssl.protocol", "TLSv1.3");
    store(configs, "ssl.keystore", settings.keyStore());
    store(configs, "ssl.truststore", settings.trustStore());
    settings.keyPassword().ifPresent(text -> configs.put("ssl.key.password", new Password(text)));
    return configs;
  }

  private static void store(Map<String, Object> configs, String prefix, TlsSettings.Store store) {
    configs.put(prefix + ".type", store.type());
    configs.put(prefix + ".location", store.location().toString());
    store.password().ifPresent(text -> configs.put(prefix + ".password", new Password(text)));
  }

  private static char[] password(TlsSettings settings) {
    return settings.keyPassword().or(settings.keyStore()::password).orElse("").toCharArray();
  }

  private static KeyManager keys(KeyStore store, char[] password) throws GeneralSecurityException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    return only(factory.getKeyManagers(), X509KeyManager.class::isInstance);
  }

  private static TrustManager trusted(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return only(factory.getTrustManagers(), X509TrustManager.class::isInstance);
  }

  private static <M> M only(M[] managers, Predicate<Object> wanted)
      throws GeneralSecurityException {
    return Arrays.stream(managers)
        .filter(wanted)
        .findFirst()
        .orElseThrow(() -> new GeneralSecurityException("there is nothing for TLS in it"));
  }
}
