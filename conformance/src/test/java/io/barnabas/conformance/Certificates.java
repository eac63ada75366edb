package io.barnabas.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Keys and certificates of 127.0.0.1 made by the JDK's tool for one test, as PEM files. */
final class Certificates {
  private static final String PASSWORD = "a password of a test";

  private final Path directory;

  Certificates(Path directory) {
    this.directory = directory.toAbsolutePath();
  }

  /** Makes a key and its certificate, which nobody else has signed. */
  void make(String who) throws Exception {
    Path file = directory.resolve(who + ".p12");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                "it",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + who,
                "-ext",
                "SAN=ip:127.0.0.1,dns:localhost")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(output);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    String key = pem("PRIVATE KEY", store.getKey("it", PASSWORD.toCharArray()).getEncoded());
    String certificate = pem("CERTIFICATE", store.getCertificate("it").getEncoded());
    Files.writeString(key(who), key);
    Files.writeString(certificate(who), certificate);
    Files.writeString(both(who), key + certificate);
  }

  private static String pem(String what, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
  }

  Path key(String who) {
    return directory.resolve(who + ".key.pem");
  }

  Path certificate(String who) {
    return directory.resolve(who + ".crt.pem");
  }

  private Path both(String who) {
    return directory.resolve(who + ".pem");
  }

  /** A file that makes those who use it trust all of these. */
  private Path trust(String... whom) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String each : whom) {
      all.append(Files.readString(certificate(each)));
    }
    Path file = directory.resolve("trust-" + String.join("-", whom) + ".pem");
    Files.writeString(file, all);
    return file;
  }

  /** Settings, of a client or a node, of one who shows a certificate and trusts these. */
  Map<String, String> settings(String who, String... whom) throws IOException {
    Map<String, String> settings = trusting(whom);
    settings.put("ssl.keystore.type", "PEM");
    settings.put("ssl.keystore.location", both(who).toString());
    return settings;
  }

  /** The same of one who shows none. */
  Map<String, String> trusting(String... whom) throws IOException {
    return new TreeMap<>(
        Map.of("ssl.truststore.type", "PEM", "ssl.truststore.location", trust(whom).toString()));
  }
}
