package io.barnabas.server.settings;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** The settings of a node: names, types, defaults, bounds and meanings. */
final class Definitions {
  private static final long HOUR_MS = 3_600_000;
  private static final int MIB = 1024 * 1024;

  /** Of all requests together. */
  static final long DEFAULT_QUEUED_BYTES = 256L * MIB;

  private static final ConfigDef ALL = define();

  private Definitions() {}

  /** All of them; not to be added to. */
  static ConfigDef all() {
    return ALL;
  }

  private static ConfigDef define() {
    ConfigDef definitions = new ConfigDef();
    node(definitions);
    ClusterDefinitions.define(definitions);
    TlsDefinitions.define(definitions);
    connections(definitions);
    newTopics(definitions);
    GroupDefinitions.define(definitions);
    topicDefaults(definitions);
    retention(definitions);
    CleanerDefinitions.define(definitions);
    timestamps(definitions);
    logs(definitions);
    return definitions;
  }

  private static void node(ConfigDef d) {
    d.define("node.id", INT, 1, atLeast(0), HIGH, "The number of this node.");
    d.define(
        "cluster.id",
        STRING,
        "",
        HIGH,
        "The cluster that this node belongs to. Empty means that of its data directory, or a new"
            + " one if that is empty.");
    d.define(
        "broker.rack", STRING, "", MEDIUM, "The rack of this node; empty if that does not matter.");
    d.define(
        "listeners",
        LIST,
        "PLAINTEXT://127.0.0.1:9092",
        HIGH,
        "Where the node listens, as NAME://host:port. No host means all addresses, port 0 any free"
            + " port.");
    d.define(
        "advertised.listeners",
        LIST,
        "",
        HIGH,
        "Where clients are told to connect, for each name in listeners. Empty means as listeners.");
    d.define(
        "listener.security.protocol.map",
        LIST,
        "PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT",
        LOW,
        "The security protocol of each listener name, as NAME:PROTOCOL: PLAINTEXT or SSL.");
    d.define("log.dirs", LIST, "./data", HIGH, "The data directory: exactly one.");
  }

  private static void checkQueuedBytes(String name, Object value) {
    if (!(value instanceof Long bytes) || (bytes != -1 && bytes < 1024)) {
      throw new ConfigException(name, value, "Value must be -1 or at least 1024");
    }
  }

  private static void connections(ConfigDef d) {
    d.define(
        "socket.request.max.bytes",
        INT,
        100 * MIB,
        between(1024, Integer.MAX_VALUE - 1024),
        MEDIUM,
        "The largest request.");
    d.define(
        "queued.max.request.bytes",
        LONG,
        DEFAULT_QUEUED_BYTES,
        ConfigDef.LambdaValidator.with(Definitions::checkQueuedBytes, () -> "-1 or [1024,...]"),
        MEDIUM,
        "How much memory all requests that are being received or carried out may take together; no"
            + " less than socket.request.max.bytes. -1 means the default, or as much as"
            + " socket.request.max.bytes if that is more.");
    d.define(
        "connections.max.idle.ms",
        LONG,
        600_000L,
        atLeast(1),
        MEDIUM,
        "A connection over which nothing came for this long is closed.");
    d.define(
        "max.connections",
        INT,
        Integer.MAX_VALUE,
        atLeast(1),
        MEDIUM,
        "How many connections there may be; more are closed at once.");
    d.define(
        "fetch.max.bytes",
        INT,
        55 * MIB,
        atLeast(1024),
        MEDIUM,
        "The most records that one fetch returns.");
    d.define(
        "max.incremental.fetch.session.cache.slots",
        INT,
        1000,
        atLeast(0),
        LOW,
        "How many incremental fetch sessions are kept.");
  }

  private static void newTopics(ConfigDef d) {
    d.define(
        "num.partitions",
        INT,
        1,
        atLeast(1),
        MEDIUM,
        "Partitions of a topic made without a count.");
    d.define(
        "default.replication.factor",
        INT,
        1,
        between(1, Short.MAX_VALUE),
        MEDIUM,
        "Replicas of a topic made without a count. If it is not given, 3 in a cluster of three"
            + " brokers or more.");
    d.define(
        "auto.create.topics.enable",
        BOOLEAN,
        true,
        MEDIUM,
        "Whether a topic that a client asks for comes into being by that.");
  }

  /** For one that may be left out, which the ranges of the library refuse. */
  private static ConfigDef.Validator positive() {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value instanceof Number number && number.longValue() < 1) {
            throw new ConfigException(name, value, "Value must be at least 1");
          }
        },
        () -> "[1,...]");
  }

  /** Any negative number is no limit, as in Kafka; 0 would delete everything. */
  private static ConfigDef.Validator positiveOrUnlimited() {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value instanceof Number number && number.longValue() == 0) {
            throw new ConfigException(name, value, "Value must be -1 or at least 1");
          }
        },
        () -> "-1 or [1,...]");
  }

  private static void topicDefaults(ConfigDef d) {
    d.define(
        "min.insync.replicas",
        INT,
        1,
        atLeast(1),
        HIGH,
        "How many replicas must have a record before it is acknowledged to a producer with"
            + " acks=all. In a cluster of several nodes it is a setting of the whole cluster: the"
            + " active controller's value becomes that when the cluster is founded, and if it is"
            + " not given, 2 does once there are three brokers.");
    d.define(
        "unclean.leader.election.enable",
        BOOLEAN,
        false,
        HIGH,
        "Whether a replica that may lack acknowledged records leads where no other is left, and the"
            + " records are lost. A setting of the whole cluster as min.insync.replicas is; a topic"
            + " may have its own.");
    d.define("message.max.bytes", INT, MIB + 12, atLeast(0), HIGH, "The largest batch of records.");
    d.define(
        "log.segment.bytes",
        INT,
        1024 * MIB,
        atLeast(MIB),
        HIGH,
        "The size at which a partition's log begins a new file.");
    d.define(
        "log.flush.interval.messages",
        LONG,
        1L,
        atLeast(1),
        HIGH,
        "1 means that acknowledged records are on disk; 9223372036854775807 leaves it to the"
            + " operating system when they get there.");
    d.define(
        "compression.type",
        STRING,
        "producer",
        in("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
        MEDIUM,
        "How records are compressed on disk; producer: as the producer sent them.");
    d.define(
        "log.index.interval.bytes",
        INT,
        4096,
        atLeast(0),
        MEDIUM,
        "The distance between two entries of an offset index.");
    d.define(
        "log.segment.delete.delay.ms",
        LONG,
        60_000L,
        atLeast(0),
        LOW,
        "How long files stay on disk after they were deleted.");
  }

  private static void retention(ConfigDef d) {
    d.define(
        "log.roll.hours",
        INT,
        168,
        atLeast(1),
        MEDIUM,
        "The age at which a partition's log begins a new file, in hours.");
    d.define(
        "log.roll.ms",
        LONG,
        null,
        positive(),
        MEDIUM,
        "The same in milliseconds; goes before log.roll.hours.");
    d.define(
        "log.retention.hours",
        INT,
        168,
        positiveOrUnlimited(),
        HIGH,
        "How long records are kept, in hours; -1 for ever.");
    d.define(
        "log.retention.minutes",
        INT,
        null,
        positiveOrUnlimited(),
        HIGH,
        "The same in minutes; goes before hours.");
    d.define(
        "log.retention.ms",
        LONG,
        null,
        positiveOrUnlimited(),
        HIGH,
        "The same in milliseconds; goes before minutes.");
    d.define(
        "log.retention.bytes",
        LONG,
        -1L,
        atLeast(-1),
        HIGH,
        "How much of a partition is kept; -1 means all.");
    d.define(
        "log.cleanup.policy",
        LIST,
        "delete",
        ConfigDef.ValidList.in("delete", "compact"),
        MEDIUM,
        "What is done with old records: delete removes them by age and size. compact keeps the"
            + " newest of each key, and takes only records that have one; or both.");
  }

  private static void timestamps(ConfigDef d) {
    d.define(
        "log.message.timestamp.type",
        STRING,
        "CreateTime",
        in("CreateTime", "LogAppendTime"),
        MEDIUM,
        "Whose time a record has: the producer's or the broker's.");
    d.define(
        "log.message.timestamp.before.max.ms",
        LONG,
        Long.MAX_VALUE,
        atLeast(0),
        MEDIUM,
        "How far a producer's timestamp may lie in the past.");
    d.define(
        "log.message.timestamp.after.max.ms",
        LONG,
        HOUR_MS,
        atLeast(0),
        MEDIUM,
        "How far a producer's timestamp may lie in the future.");
  }

  private static void logs(ConfigDef d) {
    d.define(
        "log.retention.check.interval.ms",
        LONG,
        300_000L,
        atLeast(1),
        MEDIUM,
        "The pause between two looks for old records.");
    d.define(
        "log.flush.offset.checkpoint.interval.ms",
        LONG,
        60_000L,
        atLeast(1),
        LOW,
        "The pause between two notes of how far the logs are on disk.");
    d.define(
        "replica.high.watermark.checkpoint.interval.ms",
        LONG,
        5_000L,
        atLeast(1),
        HIGH,
        "The pause between two notes of how far the logs are replicated.");
    d.define(
        "log.scrub.bytes.per.second",
        INT,
        4 << 20,
        atLeast(0),
        LOW,
        "How fast all records that are stored are read and compared with their checksums, after a"
            + " start and once a week, so that what decays is found while there are good copies;"
            + " 0 switches that off.");
    d.define(
        "producer.id.expiration.ms",
        INT,
        86_400_000,
        atLeast(1),
        LOW,
        "How long a producer that writes nothing is remembered.");
  }
}
