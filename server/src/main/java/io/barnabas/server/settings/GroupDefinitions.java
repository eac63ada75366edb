package io.barnabas.server.settings;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;

import org.apache.kafka.common.config.ConfigDef;

/** The settings of groups and of what they commit. */
final class GroupDefinitions {
  private static final int MIB = 1024 * 1024;

  private GroupDefinitions() {}

  static void define(ConfigDef definitions) {
    groups(definitions);
    ConsumerGroupDefinitions.define(definitions);
    offsets(definitions);
    topic(definitions);
  }

  private static void groups(ConfigDef d) {
    d.define(
        "group.min.session.timeout.ms",
        INT,
        6_000,
        atLeast(1),
        MEDIUM,
        "The shortest session that a member of a classic group may ask for.");
    d.define(
        "group.max.session.timeout.ms",
        INT,
        1_800_000,
        atLeast(1),
        MEDIUM,
        "The longest session that a member of a classic group may ask for; no less than"
            + " group.min.session.timeout.ms.");
    d.define(
        "group.initial.rebalance.delay.ms",
        INT,
        3_000,
        atLeast(0),
        MEDIUM,
        "How long a classic group that was empty waits for more members after each one that"
            + " comes, before it shares out its partitions.");
    d.define(
        "group.max.size",
        INT,
        Integer.MAX_VALUE,
        atLeast(1),
        MEDIUM,
        "How many members a classic group may have.");
  }

  private static void offsets(ConfigDef d) {
    d.define(
        "offset.metadata.max.bytes",
        INT,
        4096,
        atLeast(0),
        HIGH,
        "The most that a client may add to an offset that it commits.");
    d.define(
        "offsets.retention.minutes",
        INT,
        10_080,
        atLeast(1),
        HIGH,
        "How long a committed offset is kept after its group has lost its last member, or stopped"
            + " to read the topic; after the commit, if the group never had members.");
    d.define(
        "offsets.retention.check.interval.ms",
        LONG,
        600_000L,
        atLeast(1),
        HIGH,
        "How often it is looked for offsets that need be kept no longer.");
    d.define(
        "offsets.commit.timeout.ms",
        INT,
        5_000,
        atLeast(1),
        HIGH,
        "How long a change of a group or of its offsets may take to be replicated before the"
            + " client is told that this is not known.");
    d.define(
        "offsets.load.buffer.size",
        INT,
        5 * MIB,
        atLeast(1),
        HIGH,
        "How much of a partition of __consumer_offsets is read at once when it is loaded.");
  }

  private static void topic(ConfigDef d) {
    d.define(
        NodeSettings.OFFSETS_PARTITIONS,
        INT,
        50,
        atLeast(1),
        HIGH,
        "Partitions of __consumer_offsets when it comes into being. They must not change after"
            + " that, as a group's offsets are found by their number.");
    d.define(
        NodeSettings.OFFSETS_REPLICATION_FACTOR,
        INT,
        3,
        between(1, Short.MAX_VALUE),
        HIGH,
        "Replicas of __consumer_offsets when it comes into being. If it is not given, 1 in a"
            + " cluster of less than three brokers.");
    d.define(
        "offsets.topic.segment.bytes",
        INT,
        100 * MIB,
        atLeast(MIB),
        HIGH,
        "The size at which a partition of __consumer_offsets begins a new file.");
  }
}
