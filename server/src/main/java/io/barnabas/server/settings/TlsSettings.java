package io.barnabas.server.settings;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Whom a node trusts and how it proves who it is.
 *
 * @param keyPassword of the private key, if it has one of its own
 * @param clientsMustProve whether those that connect need a certificate too
 */
public record TlsSettings(
    Store keyStore, Optional<String> keyPassword, Store trustStore, boolean clientsMustProve) {

  /**
   * A file with keys or certificates.
   *
   * @param type JKS, PKCS12 or PEM
   */
  public record Store(String type, Path location, Optional<String> password) {
    @Override
    public String toString() {
      return type + " file " + location;
    }
  }

  @Override
  public String toString() {
    return "key of %s, trusting %s".formatted(keyStore, trustStore);
  }
}
