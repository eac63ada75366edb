package io.barnabas.conformance.load;

import io.barnabas.conformance.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A key and its certificate in files as operators make them, with the JDK's tool.
 *
 * @param directory where the files are
 */
record TlsStores(Path directory) {
  private static final String PASSWORD = "changed-in-production";
  private static final int LIMIT_SECONDS = 60;

  /** Makes a key whose certificate is trusted by those that have it. */
  static TlsStores create(Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    TlsStores stores = new TlsStores(directory.toAbsolutePath());
    stores.keytool(
        "-genkeypair",
        "-alias",
        "node",
        "-keyalg",
        "EC",
        "-dname",
        "CN=node",
        "-ext",
        "SAN=ip:127.0.0.1",
        "-storetype",
        "PKCS12",
        "-keystore",
        stores.keys());
    stores.keytool(
        "-exportcert", "-alias", "node", "-keystore", stores.keys(), "-file", stores.certificate());
    stores.keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "node",
        "-file",
        stores.certificate(),
        "-storetype",
        "PKCS12",
        "-keystore",
        stores.trusted());
    return stores;
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    JavaProcess.Result result =
        JavaProcess.run(command, LIMIT_SECONDS, directory.resolve("keytool.log").toFile());
    if (result.exitCode() != 0) {
      throw new IOException("keytool: " + result.output());
    }
  }

  private String keys() {
    return directory.resolve("keys.p12").toString();
  }

  private String certificate() {
    return directory.resolve("node.cer").toString();
  }

  private String trusted() {
    return directory.resolve("trusted.p12").toString();
  }

  /** Settings of a node with this key that trusts those with another one. */
  Map<String, String> settings(TlsStores others) {
    return Map.of(
        "listener.security.protocol.map",
        "CONTROLLER:SSL,PLAINTEXT:PLAINTEXT",
        "ssl.client.auth",
        "required",
        "ssl.keystore.type",
        "PKCS12",
        "ssl.keystore.location",
        keys(),
        "ssl.keystore.password",
        PASSWORD,
        "ssl.truststore.type",
        "PKCS12",
        "ssl.truststore.location",
        others.trusted(),
        "ssl.truststore.password",
        PASSWORD);
  }
}
