package io.barnabas.server.settings;

import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.CaseInsensitiveValidString;
import org.apache.kafka.common.config.ConfigDef.ValidList;

/** The settings of groups of the consumer protocol. */
final class ConsumerGroupDefinitions {
  private static final int MIN_REFRESH_MS = 10_000;

  private ConsumerGroupDefinitions() {}

  static void define(ConfigDef definitions) {
    timing(definitions);
    groups(definitions);
  }

  private static void timing(ConfigDef d) {
    d.define(
        "group.consumer.session.timeout.ms",
        INT,
        45_000,
        atLeast(1),
        MEDIUM,
        "How long a member of a consumer group may be silent before it is taken for gone, where"
            + " the group has no setting of its own.");
    d.define(
        "group.consumer.min.session.timeout.ms",
        INT,
        45_000,
        atLeast(1),
        MEDIUM,
        "The shortest session of consumer groups.");
    d.define(
        "group.consumer.max.session.timeout.ms",
        INT,
        60_000,
        atLeast(1),
        MEDIUM,
        "The longest session of consumer groups; no less than"
            + " group.consumer.min.session.timeout.ms.");
    d.define(
        "group.consumer.heartbeat.interval.ms",
        INT,
        5_000,
        atLeast(1),
        MEDIUM,
        "How often members of a consumer group are told to report, where the group has no setting"
            + " of its own.");
    d.define(
        "group.consumer.min.heartbeat.interval.ms",
        INT,
        5_000,
        atLeast(1),
        MEDIUM,
        "The shortest time between two reports of a member of a consumer group.");
    d.define(
        "group.consumer.max.heartbeat.interval.ms",
        INT,
        15_000,
        atLeast(1),
        MEDIUM,
        "The longest time between two reports of a member of a consumer group; no less than"
            + " group.consumer.min.heartbeat.interval.ms.");
    d.define(
        "group.consumer.assignment.interval.ms",
        INT,
        1_000,
        ConfigDef.Range.between(0, 15_000),
        MEDIUM,
        "The least time between two assignments of a consumer group's partitions, where the group"
            + " has no setting of its own; so that many members that come at once move them only"
            + " once.");
  }

  private static void groups(ConfigDef d) {
    d.define(
        "group.consumer.max.size",
        INT,
        Integer.MAX_VALUE,
        atLeast(1),
        MEDIUM,
        "How many members a consumer group may have.");
    d.define(
        "group.consumer.assignors",
        LIST,
        List.of("uniform", "range"),
        ValidList.in(false, "uniform", "range"),
        MEDIUM,
        "The assignors that members of consumer groups may ask for; the first one is taken if none"
            + " asks.");
    d.define(
        "group.consumer.migration.policy",
        STRING,
        "bidirectional",
        CaseInsensitiveValidString.in("bidirectional", "upgrade", "downgrade", "disabled"),
        MEDIUM,
        "Whether a classic group with members becomes a consumer group when the first member comes"
            + " that speaks the consumer protocol (upgrade), and the other way round when the last"
            + " one has gone (downgrade).");
    d.define(
        "group.consumer.regex.refresh.interval.ms",
        INT,
        600_000,
        atLeast(MIN_REFRESH_MS),
        MEDIUM,
        "After which time it is noted again what a regular expression of a consumer group's member"
            + " matches. Topics that come and go are noticed at once.");
  }
}
