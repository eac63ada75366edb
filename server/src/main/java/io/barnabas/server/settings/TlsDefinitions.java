package io.barnabas.server.settings;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.PASSWORD;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import org.apache.kafka.common.config.ConfigDef;

/**
 * The settings of listeners with the protocol SSL. Each may also be given for one listener alone,
 * as {@code listener.name.<name>.<setting>}.
 */
final class TlsDefinitions {
  private TlsDefinitions() {}

  static void define(ConfigDef d) {
    keys(d);
    trust(d);
    protocol(d);
  }

  private static void keys(ConfigDef d) {
    d.define(
        "ssl.keystore.type",
        STRING,
        "JKS",
        in("JKS", "PKCS12", "PEM"),
        MEDIUM,
        "The form of ssl.keystore.location.");
    d.define(
        "ssl.keystore.location",
        STRING,
        "",
        HIGH,
        "The file with this node's private key and certificate, for listeners with the protocol"
            + " SSL; listener.name.NAME.ssl.keystore.location, NAME in small letters, goes before"
            + " it for one listener, and so with all settings that begin with ssl. In a PEM file"
            + " the key comes first, then the certificate and those that signed it.");
    d.define("ssl.keystore.password", PASSWORD, null, HIGH, "The password of that file.");
    d.define(
        "ssl.key.password",
        PASSWORD,
        null,
        HIGH,
        "The password of the private key in that file, if it has one of its own.");
    d.define(
        "ssl.keystore.key",
        PASSWORD,
        null,
        HIGH,
        "The private key itself as PEM text in place of a file; the type must be PEM.");
    d.define(
        "ssl.keystore.certificate.chain",
        PASSWORD,
        null,
        HIGH,
        "The certificate of that key, and those that signed it, as PEM text.");
  }

  private static void trust(ConfigDef d) {
    d.define(
        "ssl.truststore.type",
        STRING,
        "JKS",
        in("JKS", "PKCS12", "PEM"),
        MEDIUM,
        "The form of ssl.truststore.location.");
    d.define(
        "ssl.truststore.location",
        STRING,
        "",
        HIGH,
        "The file with the certificates of those that may sign the certificates of others. A node"
            + " that only shows its own certificate to clients needs none.");
    d.define("ssl.truststore.password", PASSWORD, null, HIGH, "The password of that file.");
    d.define(
        "ssl.truststore.certificates",
        PASSWORD,
        null,
        HIGH,
        "The certificates themselves as PEM text in place of a file; the type must be PEM.");
  }

  private static void protocol(ConfigDef d) {
    d.define(
        "ssl.client.auth",
        STRING,
        "none",
        in("required", "requested", "none"),
        MEDIUM,
        "Whether those that connect must show a certificate too.");
    d.define(
        "ssl.enabled.protocols",
        LIST,
        "TLSv1.2,TLSv1.3",
        ConfigDef.ValidList.in(false, "TLSv1.2", "TLSv1.3"),
        MEDIUM,
        "The versions of TLS that are spoken.");
    d.define(
        "ssl.cipher.suites",
        LIST,
        "",
        LOW,
        "The cipher suites that are used, by their names in Java. Empty means those of the JDK.");
    d.define(
        "ssl.endpoint.identification.algorithm",
        STRING,
        "https",
        in("https", ""),
        LOW,
        "How a node sees that another one's certificate is of the host that it connects to. Empty"
            + " means not at all.");
  }
}
