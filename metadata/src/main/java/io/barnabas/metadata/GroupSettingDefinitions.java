package io.barnabas.metadata;

import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigException;

/** What each setting of a group means. */
final class GroupSettingDefinitions {
  private static final String NOT_YET = " Stored only: these groups are not served yet.";
  private static final String BY_DURATION = "by_duration:";
  private static final Range ANY = new Range(Long.MIN_VALUE, Long.MAX_VALUE);

  private static final Range SESSION_MS = new Range(45_000, 60_000);
  private static final Range HEARTBEAT_MS = new Range(5_000, 15_000);
  private static final Range ASSIGNMENT_MS = new Range(0, 15_000);

  static final String SESSION = "consumer.session.timeout.ms";
  static final String HEARTBEAT = "consumer.heartbeat.interval.ms";

  /** What Kafka's brokers allow unless they are set otherwise, but for what bounds say. */
  private static final Map<String, Range> RANGES =
      Map.ofEntries(
          Map.entry("share.session.timeout.ms", SESSION_MS),
          Map.entry("streams.session.timeout.ms", SESSION_MS),
          Map.entry("share.heartbeat.interval.ms", HEARTBEAT_MS),
          Map.entry("streams.heartbeat.interval.ms", HEARTBEAT_MS),
          Map.entry("consumer.assignment.interval.ms", ASSIGNMENT_MS),
          Map.entry("share.assignment.interval.ms", ASSIGNMENT_MS),
          Map.entry("streams.assignment.interval.ms", ASSIGNMENT_MS),
          Map.entry("share.record.lock.duration.ms", new Range(15_000, 60_000)),
          Map.entry("share.delivery.count.limit", new Range(2, 10)),
          Map.entry("share.partition.max.record.locks", new Range(100, 4_000)),
          Map.entry("streams.num.standby.replicas", new Range(0, 2)),
          Map.entry("streams.num.warmup.replicas", new Range(0, 20)),
          Map.entry("streams.task.offset.interval.ms", new Range(15_000, Long.MAX_VALUE)));

  private GroupSettingDefinitions() {}

  /** Both included. */
  record Range(long least, long most) {}

  static Range rangeOf(String name, GroupBounds bounds) {
    return switch (name) {
      case SESSION -> new Range(bounds.minSessionTimeoutMs(), bounds.maxSessionTimeoutMs());
      case HEARTBEAT -> new Range(bounds.minHeartbeatIntervalMs(), bounds.maxHeartbeatIntervalMs());
      default -> RANGES.getOrDefault(name, ANY);
    };
  }

  /** Whether the number has no unit. */
  static boolean isCount(String name) {
    return name.endsWith(".replicas");
  }

  static String brokerSynonym(String name) {
    if (name.equals("streams.assignor.name")) {
      return "group.streams.assignors";
    }
    boolean isOwn =
        name.startsWith("errors.")
            || List.of(
                    "share.auto.offset.reset",
                    "share.isolation.level",
                    "share.renew.acknowledge.enable")
                .contains(name);
    return isOwn ? name : "group." + name;
  }

  static ConfigDef all() {
    ConfigDef definitions = new ConfigDef();
    timing(definitions, "consumer");
    timing(definitions, "share");
    timing(definitions, "streams");
    share(definitions);
    streams(definitions);
    deadLetters(definitions);
    return definitions;
  }

  private static void timing(ConfigDef d, String kind) {
    String notYet = kind.equals("consumer") ? "" : NOT_YET;
    // In the order in which Kafka finds something wrong with them.
    d.define(
        kind + ".heartbeat.interval.ms",
        INT,
        5_000,
        atLeast(1),
        MEDIUM,
        "How often members of the group are told to report." + notYet);
    d.define(
        kind + ".session.timeout.ms",
        INT,
        45_000,
        atLeast(1),
        MEDIUM,
        "How long a member of the group may be silent before it is taken for gone." + notYet);
    d.define(
        kind + ".assignment.interval.ms",
        INT,
        1_000,
        atLeast(0),
        MEDIUM,
        "The least time between two assignments of the group's partitions." + notYet);
    d.defineInternal(
        kind + ".assignor.offload.enable",
        BOOLEAN,
        true,
        null,
        MEDIUM,
        "Whether assignments are computed apart from the group's other work." + NOT_YET);
  }

  private static void share(ConfigDef d) {
    d.define(
        "share.record.lock.duration.ms",
        INT,
        30_000,
        atLeast(1_000),
        MEDIUM,
        "How long a consumer keeps a record before another may get it." + NOT_YET);
    d.define(
        "share.delivery.count.limit",
        INT,
        5,
        atLeast(2),
        MEDIUM,
        "How often a record is given out at most." + NOT_YET);
    d.define(
        "share.partition.max.record.locks",
        INT,
        2_000,
        atLeast(100),
        MEDIUM,
        "How many records of a partition may be with consumers at a time." + NOT_YET);
    d.define(
        "share.auto.offset.reset",
        STRING,
        "latest",
        LambdaValidator.with(
            GroupSettingDefinitions::checkReset,
            () -> "[latest, earliest, by_duration:PnDTnHnMn.nS]"),
        MEDIUM,
        "Where the group begins to read a partition." + NOT_YET);
    d.define(
        "share.isolation.level",
        STRING,
        "read_uncommitted",
        in("read_committed", "read_uncommitted"),
        MEDIUM,
        "Whether the group gets only records of transactions that were committed." + NOT_YET);
    d.define(
        "share.renew.acknowledge.enable",
        BOOLEAN,
        true,
        null,
        MEDIUM,
        "Whether a consumer may ask to keep a record for longer." + NOT_YET);
  }

  private static void checkReset(String name, Object value) {
    String text = String.valueOf(value);
    if (text.equals("latest") || text.equals("earliest")) {
      return;
    }
    try {
      if (text.startsWith(BY_DURATION)
          && !Duration.parse(text.substring(BY_DURATION.length())).isNegative()) {
        return;
      }
    } catch (DateTimeParseException e) {
      throw wrongReset(name, value);
    }
    throw wrongReset(name, value);
  }

  private static ConfigException wrongReset(String name, Object value) {
    return new ConfigException(
        name,
        value,
        "The value must be either 'earliest', 'latest' or of the format"
            + " 'by_duration:<PnDTnHnMn.nS>'.");
  }

  private static void streams(ConfigDef d) {
    d.define(
        "streams.num.standby.replicas",
        INT,
        0,
        atLeast(0),
        MEDIUM,
        "How many further copies of its state each task has." + NOT_YET);
    d.define(
        "streams.initial.rebalance.delay.ms",
        INT,
        3_000,
        atLeast(0),
        MEDIUM,
        "How long a new group waits for members before its first assignment." + NOT_YET);
    d.define(
        "streams.rack.aware.assignment.tags",
        LIST,
        List.of(),
        ConfigDef.ValidList.anyNonDuplicateValues(true, false),
        LOW,
        "The client tags over which copies of a task's state are spread." + NOT_YET);
    d.define(
        "streams.assignor.name",
        STRING,
        "sticky",
        null,
        MEDIUM,
        "Which assignor gives the tasks to the members." + NOT_YET);
    d.defineInternal(
        "streams.task.offset.interval.ms",
        INT,
        60_000,
        atLeast(1),
        MEDIUM,
        "How often members tell how far their tasks are." + NOT_YET);
    d.defineInternal(
        "streams.num.warmup.replicas",
        INT,
        2,
        atLeast(0),
        MEDIUM,
        "How many tasks may warm up on another member at a time." + NOT_YET);
    d.defineInternal(
        "streams.acceptable.recovery.lag",
        LONG,
        10_000L,
        atLeast(0),
        MEDIUM,
        "How far behind a copy may be to take over its task." + NOT_YET);
  }

  private static void deadLetters(ConfigDef d) {
    d.define(
        "errors.deadletterqueue.topic.name",
        STRING,
        "",
        null,
        MEDIUM,
        "Where records go that could not be worked on; empty for nowhere." + NOT_YET);
    d.define(
        "errors.deadletterqueue.copy.record.enable",
        BOOLEAN,
        false,
        null,
        MEDIUM,
        "Whether the whole record goes there, or only what tells which it was." + NOT_YET);
  }
}
