package io.barnabas.server.tls;

import io.barnabas.server.settings.NodeSettings;
import io.barnabas.server.settings.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keys and certificates made by the JDK's tool for one test, in a directory. */
public final class Certificates {
  private static final String PASSWORD = "a password of a test";
  private static final String TYPE = "PKCS12";

  private final Path directory;

  public Certificates(Path directory) {
    this.directory = directory;
  }

  private Path keys(String who) {
    return directory.resolve(who + ".p12");
  }

  /**
   * Makes a key and a certificate of it that nobody else has signed, for the local host, unless
   * there is one of that name.
   */
  private KeyStore make(String who) throws Exception {
    if (!Files.exists(keys(who))) {
      run(
          "-genkeypair",
          "-keystore",
          keys(who).toString(),
          "-storepass",
          PASSWORD,
          "-alias",
          "it",
          "-keyalg",
          "EC",
          "-dname",
          "CN=" + who,
          "-ext",
          who.equals("elsewhere")
              ? "SAN=dns:elsewhere"
              : "SAN=ip:127.0.0.1,dns:localhost,dns:n1,dns:n2,dns:n3");
    }
    KeyStore store = KeyStore.getInstance(TYPE);
    try (InputStream in = Files.newInputStream(keys(who))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private static void run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(output);
    }
  }

  private Path trusting(String... whom) throws Exception {
    Path file = directory.resolve("trust-" + String.join("-", whom) + ".p12");
    KeyStore store = KeyStore.getInstance(TYPE);
    store.load(null, null);
    for (String each : whom) {
      store.setCertificateEntry(each, make(each).getCertificate("it"));
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  /** Settings of one who shows a certificate. */
  public Map<String, String> showing(String who) throws Exception {
    make(who);
    return new TreeMap<>(
        Map.of(
            "ssl.keystore.type", TYPE,
            "ssl.keystore.location", keys(who).toString(),
            "ssl.keystore.password", PASSWORD));
  }

  /** Settings of one who trusts these. */
  public Map<String, String> trustingIn(String... whom) throws Exception {
    return new TreeMap<>(
        Map.of(
            "ssl.truststore.type", TYPE,
            "ssl.truststore.location", trusting(whom).toString(),
            "ssl.truststore.password", PASSWORD));
  }

  /** Settings of one who shows a certificate and trusts these, with PEM files. */
  public Map<String, String> inPemFiles(String who, String... whom) throws Exception {
    StringBuilder shown = new StringBuilder();
    KeyStore store = make(who);
    shown
        .append(pem("PRIVATE KEY", store.getKey("it", PASSWORD.toCharArray()).getEncoded()))
        .append(pem("CERTIFICATE", store.getCertificate("it").getEncoded()));
    StringBuilder trusted = new StringBuilder();
    for (String each : whom) {
      trusted.append(pem("CERTIFICATE", make(each).getCertificate("it").getEncoded()));
    }
    Path keyFile = directory.resolve(who + ".pem");
    Path trustFile = directory.resolve("trust-of-" + who + ".pem");
    Files.writeString(keyFile, shown);
    Files.writeString(trustFile, trusted);
    return new TreeMap<>(
        Map.of(
            "ssl.keystore.type",
            "PEM",
            "ssl.keystore.location",
            keyFile.toString(),
            "ssl.truststore.type",
            "PEM",
            "ssl.truststore.location",
            trustFile.toString()));
  }

  private static String pem(String what, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
  }

  /** What a node with these settings has for its one protected listener. */
  public static TlsEngines engines(Map<String, String> settings) throws Exception {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("listeners", "SSL://n1:9092");
    TlsSettings tls = NodeSettings.parse(all).tls("SSL").orElseThrow();
    return TlsEngines.load(tls);
  }
}
