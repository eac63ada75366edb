package io.barnabas.quorum.ratis;

import java.nio.file.Path;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/** What the nodes of a quorum show each other, and whom they trust; both sides are checked. */
public sealed interface RatisTls {
  /**
   * PEM files.
   *
   * @param certificates this node's, with those that signed it
   * @param privateKey PKCS#8, not encrypted
   * @param trusted whom other nodes' certificates must be signed by
   */
  record PemFiles(Path certificates, Path privateKey, Path trusted) implements RatisTls {}

  /** What was loaded from a key store and a trust store. */
  record Managers(KeyManager keys, TrustManager trusted) implements RatisTls {}
}
