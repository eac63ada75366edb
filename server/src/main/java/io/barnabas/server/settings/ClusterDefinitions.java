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

import org.apache.kafka.common.config.ConfigDef;

/** The settings by which nodes make a cluster. */
final class ClusterDefinitions {
  /** The value of replica.selector.class that sends consumers to followers. */
  static final String RACK_AWARE_SELECTOR =
      "org.apache.kafka.common.replica.RackAwareReplicaSelector";

  private static final String LEADER_SELECTOR = "org.apache.kafka.common.replica.LeaderSelector";

  private ClusterDefinitions() {}

  static void define(ConfigDef definitions) {
    quorum(definitions);
    membership(definitions);
    balance(definitions);
    replication(definitions);
    throttles(definitions);
  }

  private static void quorum(ConfigDef d) {
    d.define(
        "process.roles",
        LIST,
        "broker,controller",
        ConfigDef.ValidList.in(false, "broker", "controller"),
        HIGH,
        "What the node does: a broker has partitions, a controller may be the one that decides for"
            + " the cluster.");
    d.define(
        "controller.quorum.voters",
        LIST,
        "",
        HIGH,
        "The controllers of the cluster, as ID@host:port, one to five; the same at all nodes. Empty"
            + " means that this node is the whole cluster. The port is for the cluster's metadata"
            + " alone, and no Kafka client can use it.");
    d.define(
        "controller.listener.names",
        LIST,
        "CONTROLLER",
        HIGH,
        "The name in listeners of the address at which this node takes the cluster's metadata. A"
            + " controller without such a listener takes it at its address in"
            + " controller.quorum.voters.");
    d.define(
        "controller.quorum.election.timeout.ms",
        INT,
        300,
        atLeast(50),
        LOW,
        "How long controllers hear nothing of the active one before they choose another; up to"
            + " twice as long, by chance.");
    d.define(
        "metadata.log.max.record.bytes.between.snapshots",
        INT,
        20 << 20,
        atLeast(1),
        LOW,
        "After so many bytes of metadata changes the nodes of a cluster write a snapshot, before"
            + " which the log is deleted; after 20,000 entries in any case.");
  }

  private static void membership(ConfigDef d) {
    d.define(
        "inter.broker.listener.name",
        STRING,
        "",
        MEDIUM,
        "The name in listeners of the address at which other nodes reach this one; the same at all"
            + " nodes. Empty means the first one. No other listener takes what nodes ask each other"
            + " for.");
    d.define(
        "broker.heartbeat.interval.ms",
        INT,
        500,
        atLeast(10),
        MEDIUM,
        "The pause between two reports of a broker to the active controller.");
    d.define(
        "broker.session.timeout.ms",
        INT,
        3_000,
        atLeast(100),
        MEDIUM,
        "A broker of which the active controller hears nothing for this long leads no partitions"
            + " any more; at least twice broker.heartbeat.interval.ms.");
    d.define(
        "controlled.shutdown.enable",
        BOOLEAN,
        true,
        MEDIUM,
        "Whether a broker that is stopped has others lead its partitions first.");
  }

  private static void balance(ConfigDef d) {
    d.define(
        "auto.leader.rebalance.enable",
        BOOLEAN,
        true,
        MEDIUM,
        "Whether partitions are led by their first replicas again, once these are back and in"
            + " sync, without anybody asking.");
    d.define(
        "leader.imbalance.check.interval.seconds",
        LONG,
        300L,
        atLeast(1),
        MEDIUM,
        "How often the active controller looks for such partitions.");
  }

  private static void replication(ConfigDef d) {
    d.define(
        "replica.lag.time.max.ms",
        LONG,
        30_000L,
        atLeast(1),
        HIGH,
        "After how long without having caught up a follower is no longer in sync.");
    d.define(
        "replica.fetch.wait.max.ms",
        INT,
        500,
        between(0, 10_000),
        HIGH,
        "How long a leader that has nothing new lets a follower wait; much less than"
            + " replica.lag.time.max.ms.");
    d.define(
        "replica.fetch.min.bytes",
        INT,
        1,
        atLeast(0),
        HIGH,
        "How many bytes are enough to answer a follower before replica.fetch.wait.max.ms.");
    d.define(
        "replica.fetch.max.bytes",
        INT,
        1 << 20,
        atLeast(0),
        MEDIUM,
        "How many bytes of one partition a follower fetches at once; a first batch may be longer.");
    d.define(
        "replica.fetch.response.max.bytes",
        INT,
        10 << 20,
        between(0, 64 << 20),
        MEDIUM,
        "How many bytes of all partitions a follower fetches at once; a first batch may be"
            + " longer.");
    d.define(
        "replica.selector.class",
        STRING,
        RACK_AWARE_SELECTOR,
        ConfigDef.ValidString.in(RACK_AWARE_SELECTOR, LEADER_SELECTOR),
        MEDIUM,
        "From which replica a consumer is to read whose client.rack is the broker.rack of brokers"
            + " other than the leader: from one of those that is in sync and has the records, or"
            + " from the leader all the same. Which of the two is said by Kafka's names of classes;"
            + " there can be no others.");
  }

  private static void throttles(ConfigDef d) {
    d.define(
        "leader.replication.throttled.rate",
        LONG,
        Long.MAX_VALUE,
        atLeast(0),
        MEDIUM,
        "How many bytes a second the broker sends for its replicas that a topic names in"
            + " leader.replication.throttled.replicas. Followers in sync are never kept waiting,"
            + " but what is sent to them counts.");
    d.define(
        "follower.replication.throttled.rate",
        LONG,
        Long.MAX_VALUE,
        atLeast(0),
        MEDIUM,
        "How many bytes a second the broker fetches for its replicas that a topic names in"
            + " follower.replication.throttled.replicas. Replicas that are not behind are never"
            + " kept waiting, but what is fetched for them counts.");
    d.define(
        "replication.quota.window.num",
        INT,
        11,
        between(1, 1_000),
        LOW,
        "Over how many stretches of time, the one under way among them, these rates are to hold.");
    d.define(
        "replication.quota.window.size.seconds",
        INT,
        1,
        between(1, 3_600),
        LOW,
        "How long each of them is.");
  }
}
