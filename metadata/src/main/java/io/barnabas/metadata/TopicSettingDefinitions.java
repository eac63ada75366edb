package io.barnabas.metadata;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigException;

/** What each topic-level setting means. */
final class TopicSettingDefinitions {
  private static final int MIB = 1024 * 1024;
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;
  private static final long WEEK_MS = 7 * DAY_MS;

  private static final Pattern THROTTLED_REPLICA = Pattern.compile("[0-9]{1,10}:[0-9]{1,10}");

  /** Settings of Kafka that would be ignored here, and are refused for that reason. */
  private static final Set<String> ONLY_KAFKAS =
      Set.of(
          "errors.deadletterqueue.group.enable",
          "compression.gzip.level",
          "compression.lz4.level",
          "compression.zstd.level",
          "remote.copy.lag.bytes",
          "remote.copy.lag.ms",
          "remote.storage.enable",
          "remote.log.copy.disable",
          "remote.log.delete.on.disable",
          "local.retention.ms",
          "local.retention.bytes");

  private TopicSettingDefinitions() {}

  static boolean isKnownToKafka(String name) {
    return ONLY_KAFKAS.contains(name);
  }

  static ConfigDef all() {
    ConfigDef definitions = new ConfigDef();
    promises(definitions);
    retention(definitions);
    compaction(definitions);
    records(definitions);
    files(definitions);
    throttles(definitions);
    return definitions;
  }

  private static void promises(ConfigDef d) {
    d.define(
        "min.insync.replicas",
        INT,
        1,
        atLeast(1),
        MEDIUM,
        "How many replicas must be in sync for a record to be taken from a producer with"
            + " acks=all.");
    d.define(
        "flush.messages",
        LONG,
        1L,
        atLeast(1),
        HIGH,
        "1: a record is acknowledged when it is on disk; one flush serves all records that wait."
            + " More: so many records of a partition, less one, may be acknowledged and not yet on"
            + " disk. 9223372036854775807: the operating system decides when records get there, and"
            + " what it has not written is lost with the power.");
    d.define(
        "flush.ms",
        LONG,
        Long.MAX_VALUE,
        atLeast(0),
        MEDIUM,
        "How long a record may be acknowledged and not yet on disk, where flush.messages is more"
            + " than 1.");
    d.define(
        "unclean.leader.election.enable",
        BOOLEAN,
        false,
        MEDIUM,
        "Whether a replica that may lack acknowledged records leads if no other is left: the"
            + " partition can be used again, and the records are lost.");
  }

  private static ConfigDef.Validator onlyFalse(String reason) {
    return LambdaValidator.with(
        (name, value) -> {
          if (!Boolean.FALSE.equals(value)) {
            throw new ConfigException(name, value, "The only value is false: " + reason);
          }
        },
        () -> "[false]");
  }

  private static void retention(ConfigDef d) {
    d.define(
        "retention.ms",
        LONG,
        WEEK_MS,
        atLeast(-1),
        MEDIUM,
        "How long records are kept, where the clean-up policy has delete; -1 means for ever.");
    d.define(
        "retention.bytes",
        LONG,
        -1L,
        atLeast(-1),
        MEDIUM,
        "How much of each partition is kept, where the clean-up policy has delete; -1 means all.");
    d.define(
        "file.delete.delay.ms",
        LONG,
        60_000L,
        atLeast(0),
        LOW,
        "How long files stay on disk after they were deleted.");
  }

  private static void compaction(ConfigDef d) {
    d.define(
        "cleanup.policy",
        LIST,
        "delete",
        ConfigDef.ValidList.in("compact", "delete"),
        MEDIUM,
        "What is done with old records: delete removes them by age and size; compact keeps the"
            + " newest of each key, and takes only records that have one; or both.");
    d.define(
        "delete.retention.ms",
        LONG,
        DAY_MS,
        atLeast(0),
        LOW,
        "How long a record that deletes its key is kept in a compacted topic.");
    d.define(
        "min.cleanable.dirty.ratio",
        DOUBLE,
        0.5,
        between(0, 1),
        LOW,
        "How much of a partition must be uncompacted before it is compacted.");
    d.define(
        "min.compaction.lag.ms",
        LONG,
        0L,
        atLeast(0),
        LOW,
        "How old a record must be before it may be compacted away.");
    d.define(
        "max.compaction.lag.ms",
        LONG,
        Long.MAX_VALUE,
        atLeast(1),
        LOW,
        "How old a record may get before its partition must be compacted.");
  }

  private static void records(ConfigDef d) {
    d.define(
        "max.message.bytes", INT, MIB + 12, atLeast(0), MEDIUM, "The largest batch of records.");
    d.define(
        "max.decompressed.message.bytes",
        INT,
        100 * MIB,
        atLeast(1),
        LOW,
        "What a compressed batch may unpack to; a larger one is refused.");
    d.define(
        "compression.type",
        STRING,
        "producer",
        in("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
        MEDIUM,
        "How records are compressed on disk; producer: as the producer sent them.");
    d.define(
        "message.timestamp.type",
        STRING,
        "CreateTime",
        in("CreateTime", "LogAppendTime"),
        MEDIUM,
        "Whose time a record has: the producer's or the broker's.");
    d.define(
        "message.timestamp.before.max.ms",
        LONG,
        Long.MAX_VALUE,
        atLeast(0),
        MEDIUM,
        "How far a producer's timestamp may lie in the past.");
    d.define(
        "message.timestamp.after.max.ms",
        LONG,
        HOUR_MS,
        atLeast(0),
        MEDIUM,
        "How far a producer's timestamp may lie in the future.");
  }

  private static void files(ConfigDef d) {
    d.define(
        "segment.bytes",
        INT,
        1024 * MIB,
        atLeast(MIB),
        MEDIUM,
        "The size at which a partition's log begins a new file.");
    d.define(
        "segment.ms",
        LONG,
        WEEK_MS,
        atLeast(1),
        MEDIUM,
        "The age at which a partition's log begins a new file.");
    d.define(
        "segment.jitter.ms",
        LONG,
        0L,
        atLeast(0),
        LOW,
        "How much earlier than segment.ms that may be, so that not all partitions do it at once.");
    d.define(
        "segment.index.bytes",
        INT,
        10 * MIB,
        atLeast(4),
        LOW,
        "The size of an index at which a partition's log begins a new file.");
    d.define(
        "index.interval.bytes",
        INT,
        4096,
        atLeast(0),
        LOW,
        "The distance between two entries of an offset index.");
    d.define(
        "preallocate",
        BOOLEAN,
        false,
        onlyFalse("files grow as records come"),
        LOW,
        "Whether files have their final size from the start: never.");
  }

  private static void throttles(ConfigDef d) {
    d.define(
        "leader.replication.throttled.replicas",
        LIST,
        "",
        throttledReplicas(),
        MEDIUM,
        "The replicas whose sending to followers counts for leader.replication.throttled.rate of"
            + " their brokers: partition:broker,partition:broker,... or * for all.");
    d.define(
        "follower.replication.throttled.replicas",
        LIST,
        "",
        throttledReplicas(),
        MEDIUM,
        "The replicas whose fetching counts for follower.replication.throttled.rate of their"
            + " brokers: partition:broker,partition:broker,... or * for all.");
  }

  private static ConfigDef.Validator throttledReplicas() {
    return LambdaValidator.with(
        (name, value) -> {
          boolean valid =
              value instanceof List<?> replicas
                  && (replicas.equals(List.of("*"))
                      || replicas.stream()
                          .allMatch(r -> THROTTLED_REPLICA.matcher(String.valueOf(r)).matches()));
          if (!valid) {
            throw new ConfigException(
                name,
                value,
                "Must be the literal '*' or a list of replicas in the following format:"
                    + " [partitionId]:[brokerId],[partitionId]:[brokerId],...");
          }
        },
        () -> "[partitionId]:[brokerId],[partitionId]:[brokerId],...");
  }
}
