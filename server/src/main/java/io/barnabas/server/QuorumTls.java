package io.barnabas.server;

import io.barnabas.quorum.ratis.RatisTls;
import io.barnabas.server.settings.TlsSettings;
import io.barnabas.server.tls.TlsEngines;
import io.barnabas.server.tls.TlsException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.common.config.types.Password;

/** Reads the key and trust stores of the quorum's traffic. */
final class QuorumTls {
  private QuorumTls() {}

  /**
   * What is in the files that the settings name.
   *
   * @throws StartupException if one of them cannot be used
   */
  static RatisTls load(TlsSettings settings) throws StartupException {
    try {
      TlsEngines stores = TlsEngines.load(settings);
      return new RatisTls.Managers(
          keys(stores.keys(), password(settings)), trusted(stores.trusted()));
    } catch (TlsException e) {
      throw new StartupException(StartupException.sentence(e), e);
    } catch (GeneralSecurityException e) {
      throw new StartupException(
          "The key and trust stores of the listener %s cannot be used: %s"
              .formatted(settings.listener(), StartupException.sentence(e)),
          e);
    }
  }

  private static char[] password(TlsSettings settings) {
    for (String name : new String[] {"ssl.key.password", "ssl.keystore.password"}) {
      if (settings.configs().get(name) instanceof Password password) {
        return password.value().toCharArray();
      }
    }
    return new char[0];
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
