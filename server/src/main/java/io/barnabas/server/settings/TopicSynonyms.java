package io.barnabas.server.settings;

import java.util.List;
import java.util.Map;

/** Which of a node's settings are defaults of which topics' settings. */
final class TopicSynonyms {
  /** By the topic's setting; the values mean the same in both. */
  static final Map<String, String> SAME_UNIT =
      Map.ofEntries(
          Map.entry("min.insync.replicas", "min.insync.replicas"),
          Map.entry("unclean.leader.election.enable", "unclean.leader.election.enable"),
          Map.entry("max.message.bytes", "message.max.bytes"),
          Map.entry("segment.bytes", "log.segment.bytes"),
          Map.entry("retention.bytes", "log.retention.bytes"),
          Map.entry("cleanup.policy", "log.cleanup.policy"),
          Map.entry("flush.messages", "log.flush.interval.messages"),
          Map.entry("compression.type", "compression.type"),
          Map.entry("delete.retention.ms", "log.cleaner.delete.retention.ms"),
          Map.entry("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"),
          Map.entry("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
          Map.entry("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
          Map.entry("index.interval.bytes", "log.index.interval.bytes"),
          Map.entry("file.delete.delay.ms", "log.segment.delete.delay.ms"),
          Map.entry("message.timestamp.type", "log.message.timestamp.type"),
          Map.entry("message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms"),
          Map.entry("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms"));

  /** By the topic's setting; the node's settings in the order in which they count. */
  private static final Map<String, List<String>> SEVERAL_UNITS =
      Map.of(
          "retention.ms",
          List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours"),
          "segment.ms",
          List.of("log.roll.ms", "log.roll.hours"));

  private TopicSynonyms() {}

  /** The node's settings that give a topic's setting its default, the strongest first. */
  static List<String> of(String topicSetting) {
    String same = SAME_UNIT.get(topicSetting);
    return same != null ? List.of(same) : SEVERAL_UNITS.getOrDefault(topicSetting, List.of());
  }
}
