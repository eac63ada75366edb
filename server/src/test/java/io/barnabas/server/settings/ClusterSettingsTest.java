package io.barnabas.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.settings.ClusterSettings.Voter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterSettingsTest {
  private static final String QUORUM_TLS =
      "controller.quorum.voters=1@one:9093;ssl.keystore.location=k;ssl.truststore.location=t"
          + ";listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:SSL";
  private static final String VOTERS = "1@one:9093,2@two:9093,3@[::1]:9095";

  private static NodeSettings parse(String... settings) throws SettingsException {
    Map<String, String> given = new TreeMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      given.put(settings[i], settings[i + 1]);
    }
    return NodeSettings.parse(given);
  }

  @Test
  void aNodeWithoutVotersIsTheWholeCluster() throws SettingsException {
    ClusterSettings cluster = parse().cluster();
    assertThat(cluster.hasQuorum()).isFalse();
    assertThat(cluster.quorumListener()).isEmpty();
    assertThat(cluster.isBroker()).isTrue();
    assertThat(cluster.isController()).isTrue();
    assertThat(cluster.interBrokerListener()).isEqualTo("PLAINTEXT");
  }

  @Test
  void aVoterTakesTheMetadataAtItsAddressAmongTheVoters() throws SettingsException {
    ClusterSettings cluster =
        parse("node.id", "2", "controller.quorum.voters", "2@two:9094, 1@one:9093").cluster();
    assertThat(cluster.voters())
        .containsExactly(new Voter(1, "one", 9093), new Voter(2, "two", 9094));
    assertThat(cluster.quorumListener())
        .contains(new ListenerAddress("CONTROLLER", "two", 9094))
        .isEqualTo(cluster.quorumAddress());
  }

  @Test
  void theListenerOfTheMetadataIsForNobodyElse() throws SettingsException {
    NodeSettings settings =
        parse(
            "node.id", "3",
            "controller.quorum.voters", VOTERS,
            "controller.listener.names", "META",
            "listeners", "META://:9095,IN://:9091,OUT://:9092",
            "advertised.listeners", "IN://three:9091,OUT://three.example.org:9092",
            "listener.security.protocol.map", "META:PLAINTEXT,IN:PLAINTEXT,OUT:PLAINTEXT",
            "inter.broker.listener.name", "OUT");
    assertThat(settings.listeners()).extracting(ListenerAddress::name).containsExactly("IN", "OUT");
    assertThat(settings.advertisedListeners()).hasSize(2);
    ClusterSettings cluster = settings.cluster();
    assertThat(cluster.quorumListener()).contains(new ListenerAddress("META", "", 9095));
    assertThat(cluster.quorumAddress()).contains(new ListenerAddress("META", "::1", 9095));
    assertThat(cluster.interBrokerListener()).isEqualTo("OUT");
  }

  @Test
  void aBrokerIsToldOfTheMetadataAtItsOwnListener() throws SettingsException {
    ClusterSettings cluster =
        parse(
                "node.id", "4",
                "process.roles", "broker",
                "controller.quorum.voters", VOTERS,
                "listeners", "PLAINTEXT://four:9092,CONTROLLER://0.0.0.0:9093",
                "advertised.listeners", "PLAINTEXT://four:9092,CONTROLLER://four:9193")
            .cluster();
    assertThat(cluster.isController()).isFalse();
    assertThat(cluster.quorumListener())
        .contains(new ListenerAddress("CONTROLLER", "0.0.0.0", 9093));
    assertThat(cluster.quorumAddress()).contains(new ListenerAddress("CONTROLLER", "four", 9193));
  }

  @Test
  void theMetadataCanBeProtected() throws SettingsException {
    NodeSettings settings =
        parse(
            "controller.quorum.voters", "1@one:9093",
            "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:SSL",
            "ssl.keystore.type", "PEM",
            "ssl.keystore.location", "/keys/one.pem",
            "ssl.truststore.location", "/keys/trust.jks",
            "ssl.truststore.password", "secret",
            "ssl.client.auth", "required");
    TlsSettings tls = settings.cluster().tls().orElseThrow();
    assertThat(tls.configs())
        .containsEntry("ssl.keystore.type", "PEM")
        .containsEntry("ssl.keystore.location", "/keys/one.pem")
        .containsEntry("ssl.truststore.password", new Password("secret"))
        .containsEntry("ssl.client.auth", "required")
        .containsEntry("ssl.cipher.suites", List.of());
    TlsSettings forOthersOnly =
        parse(
                "controller.quorum.voters", "1@one:9093",
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:SSL",
                "ssl.keystore.location", "k",
                "ssl.truststore.location", "t",
                "ssl.enabled.protocols", "TLSv1.3",
                "listener.name.controller.ssl.enabled.protocols", "TLSv1.2,TLSv1.3")
            .cluster()
            .tls()
            .orElseThrow();
    assertThat(forOthersOnly.configs())
        .containsEntry("ssl.enabled.protocols", List.of("TLSv1.2", "TLSv1.3"));
    assertThat(settings.all() + settings.cluster().toString() + tls.configs())
        .doesNotContain("secret");
  }

  @Test
  void listenersHaveTlsSettingsOfTheirOwn() throws SettingsException {
    NodeSettings settings =
        parse(
            "listeners", "PLAINTEXT://one:1,SSL://one:2,NODES://one:3",
            "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,SSL:SSL,NODES:SSL",
            "ssl.keystore.location", "/keys/one.jks",
            "ssl.cipher.suites", "A,B",
            "listener.name.nodes.ssl.keystore.location", "/keys/nodes.pem",
            "listener.name.nodes.ssl.keystore.type", "PEM",
            "listener.name.nodes.ssl.client.auth", "required",
            "listener.name.nodes.ssl.truststore.location", "/keys/nodes.pem");
    assertThat(settings.tls("PLAINTEXT")).isEmpty();
    assertThat(settings.tls("SSL").orElseThrow().configs())
        .containsEntry("ssl.keystore.location", "/keys/one.jks")
        .containsEntry("ssl.cipher.suites", List.of("A", "B"))
        .containsEntry("ssl.client.auth", "none");
    assertThat(settings.tls("NODES").orElseThrow().configs())
        .containsEntry("ssl.keystore.location", "/keys/nodes.pem")
        .containsEntry("ssl.keystore.type", "PEM")
        .containsEntry("ssl.cipher.suites", List.of("A", "B"))
        .containsEntry("ssl.client.auth", "required");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "controller.quorum.voters=2@two:9093                     | does not name this node, 1",
        "controller.quorum.voters=1@one:9093;process.roles=broker | names this node, 1",
        "controller.quorum.voters=2@two:9093;process.roles=broker | must name an address for CON",
        "controller.quorum.voters=1@one:9093,1@two:9093          | names 1 twice",
        "controller.quorum.voters=1@a:1,2@a:2,3@a:3,4@a:4,5@a:5,6@a:6 | there may be 5",
        "controller.quorum.voters=1@0.0.0.0:9093                 | other nodes can reach",
        "controller.quorum.voters=1@one:0                        | must be like ID@host:port",
        "controller.quorum.voters=one:9093                       | must be like ID@host:port",
        "process.roles=broker                                    | set controller.quorum.voters",
        "process.roles=                                          | process.roles",
        "process.roles=broker,king                               | process.roles",
        "controller.listener.names=A,B                           | must be one name",
        "listeners=CONTROLLER://one:9093                         | no address but that of CON",
        "inter.broker.listener.name=OTHER                        | listeners does not name",
        "inter.broker.listener.name=CONTROLLER                   | must not both name",
        "broker.heartbeat.interval.ms=2000                       | at least twice",
        "controller.quorum.voters=1@one:9093;listeners=PLAINTEXT://one:1,CONTROLLER://one:0 | can",
        "controller.quorum.voters=1@one:9093;listener.security.protocol.map=PLAINTEXT:PLAINTEXT"
            + " | has the security protocol CONTROLLER",
        "controller.quorum.voters=1@one:9093;listener.security.protocol.map="
            + "PLAINTEXT:PLAINTEXT,CONTROLLER:SSL | set ssl.keystore.location",
        QUORUM_TLS + ";ssl.enabled.protocols=TLSv1.3 | no other ssl.enabled.protocols than",
        QUORUM_TLS + ";listener.name.controller.ssl.cipher.suites=A | no other ssl.cipher.suites",
        QUORUM_TLS
            + ";ssl.endpoint.identification.algorithm= | no other ssl.endpoint.identification.algo",
        "listeners=SSL://one:1;ssl.keystore.location=k;ssl.client.auth=required | ssl.truststore",
        "listeners=SSL://one:1;listener.name.ssl.ssl.keystore.location=k"
            + ";listener.name.ssl.ssl.client.auth=requested | ssl.truststore.location",
        "listener.name.other.ssl.client.auth=none                | a listener that there is not",
        "listener.name.plaintext.ssl.shoes=red                   | no setting named listener.name",
        "listener.name.plaintext.node.id=7                       | no setting named listener.name",
        "listeners=SSL://one:1;listener.name.ssl.ssl.client.auth=perhaps | ssl.client.auth",
      })
  void refusesWhatCannotBe(String given, String says) {
    String[] settings =
        Arrays.stream(given.split(";"))
            .flatMap(one -> Arrays.stream(one.split("=", 2)))
            .toArray(String[]::new);
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(says);
  }
}
