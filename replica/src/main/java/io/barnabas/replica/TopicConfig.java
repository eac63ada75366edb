package io.barnabas.replica;

import io.barnabas.log.LogConfig;
import io.barnabas.metadata.TopicSettings;
import java.util.HashMap;
import java.util.Map;

/** A topic's settings as far as its replicas need them. */
record TopicConfig(
    LogConfig log,
    int minInsyncReplicas,
    ThrottledReplicas throttledSenders,
    ThrottledReplicas throttledFetchers) {
  private static final String MIN_INSYNC = "min.insync.replicas";
  private static final String THROTTLED_SENDERS = "leader.replication.throttled.replicas";
  private static final String THROTTLED_FETCHERS = "follower.replication.throttled.replicas";

  /** The topic's own settings over those that the node gives to all topics. */
  static TopicConfig of(String topic, Map<String, String> defaults, Map<String, String> own) {
    Map<String, String> all = new HashMap<>(TopicSettings.inheritedBy(topic, defaults));
    all.putAll(own);
    return new TopicConfig(
        LogConfig.of(all),
        Integer.parseInt(all.getOrDefault(MIN_INSYNC, "1").trim()),
        ThrottledReplicas.parse(all.getOrDefault(THROTTLED_SENDERS, "")),
        ThrottledReplicas.parse(all.getOrDefault(THROTTLED_FETCHERS, "")));
  }
}
