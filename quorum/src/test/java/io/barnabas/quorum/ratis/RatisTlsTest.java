package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.ratis.LobbyMessage.Kind;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RatisTlsTest {
  private static final String PASSWORD = "a password of a test";

  @TempDir Path root;

  @Test
  void onlyNodesWithATrustedCertificateAreHeard() throws Exception {
    RatisTls ours = tls("ours.p12");
    RatisTls strange = tls("strange.p12");
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0)) {
      nodes.useTls(ours);
      nodes.start(1, 2, 3);
      List<String> entries = nodes.commitAll("a", 5);
      for (int node = 1; node <= 3; node++) {
        nodes.get(node).witness().await(seen -> seen.entries().equals(entries));
      }
      assertThat(ask(nodes, Optional.of(ours))).isEqualTo(nodes.get(1).quorum().clusterId());
      for (Optional<RatisTls> wrong : List.of(Optional.<RatisTls>empty(), Optional.of(strange))) {
        assertThatThrownBy(() -> ask(nodes, wrong))
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(IOException.class);
      }
    }
  }

  /** Node 1's cluster. */
  private static UUID ask(TestNodes nodes, Optional<RatisTls> tls) throws IOException {
    RatisOptions its = nodes.options(1);
    RatisOptions options =
        new RatisOptions(
            its.directory(),
            9,
            new UUID(9, 9),
            UUID::randomUUID,
            Optional.empty(),
            its.host(),
            its.port(),
            its.host(),
            its.port(),
            its.voters(),
            tls,
            its.tuning());
    QuorumMember asking = new QuorumMember(9, new UUID(9, 9), its.host(), its.port());
    try (Lobby lobby = new Lobby(options)) {
      return lobby
          .ask(
              its.host(),
              its.port(),
              new Question(Kind.GREET, Optional.empty(), asking, false),
              5_000)
          .join()
          .clusterId()
          .orElseThrow();
    }
  }

  private RatisTls tls(String name) throws Exception {
    Path file = root.resolve(name);
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                "node",
                "-keyalg",
                "EC",
                "-dname",
                "CN=node",
                "-ext",
                "SAN=ip:127.0.0.1")
            .redirectErrorStream(true)
            .start();
    String output =
        new String(
            keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
    return managers(file);
  }

  private static RatisTls managers(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("node", store.getCertificate("node"));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    return new RatisTls.Managers(keys.getKeyManagers()[0], trust.getTrustManagers()[0]);
  }
}
