package io.barnabas.server.settings;

import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;

import org.apache.kafka.common.config.ConfigDef;

/** The settings of how logs are compacted. */
final class CleanerDefinitions {
  private static final long DAY_MS = 86_400_000;
  private static final long MIB = 1024 * 1024;

  private CleanerDefinitions() {}

  static void define(ConfigDef d) {
    d.define(
        "log.cleaner.enable",
        BOOLEAN,
        true,
        MEDIUM,
        "Whether topics with cleanup.policy=compact are compacted, one partition at a time.");
    d.define(
        "log.cleaner.dedupe.buffer.size",
        LONG,
        128 * MIB,
        atLeast(MIB),
        MEDIUM,
        "The most memory for the keys of a partition that is being compacted, at 24 bytes a key,"
            + " and never more than an eighth of the heap. If there are more keys, it takes more"
            + " than one pass.");
    d.define(
        "log.cleaner.io.buffer.load.factor",
        DOUBLE,
        0.9,
        between(0.01, 1),
        LOW,
        "How much of that is used: the more, the slower.");
    d.define(
        "log.cleaner.io.max.bytes.per.second",
        DOUBLE,
        Double.MAX_VALUE,
        atLeast(1),
        MEDIUM,
        "How many bytes compaction reads and writes in a second.");
    d.define(
        "log.cleaner.backoff.ms",
        LONG,
        15_000L,
        atLeast(1),
        MEDIUM,
        "The pause when there is nothing to compact.");
    topicDefaults(d);
  }

  private static void topicDefaults(ConfigDef d) {
    d.define(
        "log.cleaner.delete.retention.ms",
        LONG,
        DAY_MS,
        atLeast(0),
        MEDIUM,
        "How long a record that deletes its key is kept in a compacted topic.");
    d.define(
        "log.cleaner.min.cleanable.ratio",
        DOUBLE,
        0.5,
        between(0, 1),
        MEDIUM,
        "How much of a partition must be uncompacted before it is compacted.");
    d.define(
        "log.cleaner.min.compaction.lag.ms",
        LONG,
        0L,
        atLeast(0),
        MEDIUM,
        "How old a record must be before it may be compacted away.");
    d.define(
        "log.cleaner.max.compaction.lag.ms",
        LONG,
        Long.MAX_VALUE,
        atLeast(1),
        MEDIUM,
        "How old a record may get before its partition must be compacted.");
  }
}
