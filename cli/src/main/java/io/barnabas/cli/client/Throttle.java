package io.barnabas.cli.client;

import io.barnabas.cli.WrongUsageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** Limits how fast moving partitions are copied, by the settings that Kafka's tools use too. */
final class Throttle {
  private static final Pattern RATE = Pattern.compile("([0-9]{1,12})(B|KiB|MiB|GiB|)");
  private static final Map<String, Long> UNITS =
      Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
  private static final List<String> RATES =
      List.of("leader.replication.throttled.rate", "follower.replication.throttled.rate");
  private static final String SENDERS = "leader.replication.throttled.replicas";
  private static final String RECEIVERS = "follower.replication.throttled.replicas";

  private final MovingCluster cluster;
  private final long bytesPerSecond;
  private final Set<Integer> brokers = new TreeSet<>();
  private final Set<String> topics = new TreeSet<>();

  /**
   * A throttle that is not set yet.
   *
   * @param bytesPerSecond for each node; 0 for no limit
   */
  Throttle(MovingCluster cluster, long bytesPerSecond) {
    this.cluster = cluster;
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Bytes in a second, from a number with or without a unit. */
  static long parse(String text) {
    Matcher matcher = RATE.matcher(text);
    if (matcher.matches()) {
      long rate = Long.parseLong(matcher.group(1)) * UNITS.getOrDefault(matcher.group(2), 1L);
      if (rate > 0) {
        return rate;
      }
    }
    throw new WrongUsageException(
        "The rate '%s' is not like 1000000, 500KiB or 20MiB.".formatted(text));
  }

  /**
   * Who copies a partition.
   *
   * @param senders the brokers that have it
   * @param receivers the brokers that get it
   */
  record Copying(TopicPartition id, List<Integer> senders, List<Integer> receivers) {
    /** Copies the lists. */
    Copying {
      senders = List.copyOf(senders);
      receivers = List.copyOf(receivers);
    }
  }

  /** Limits these too. */
  void add(Collection<Copying> copies) {
    if (bytesPerSecond == 0) {
      return;
    }
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    Set<Integer> participants = new TreeSet<>();
    for (Copying copying : copies) {
      if (!copying.receivers().isEmpty()) {
        participants.addAll(copying.senders());
        participants.addAll(copying.receivers());
        Collection<AlterConfigOp> ops =
            changes.computeIfAbsent(topic(copying.id().topic()), key -> new ArrayList<>());
        add(ops, SENDERS, copying.id(), copying.senders());
        add(ops, RECEIVERS, copying.id(), copying.receivers());
        topics.add(copying.id().topic());
      }
    }
    participants.forEach(id -> changes.put(broker(id), limit()));
    brokers.addAll(participants);
    alter(merged(changes));
  }

  private static void add(
      Collection<AlterConfigOp> ops, String setting, TopicPartition id, List<Integer> replicas) {
    for (int replica : replicas) {
      ops.add(op(setting, id.partition() + ":" + replica, AlterConfigOp.OpType.APPEND));
    }
  }

  /** A setting may be named once in a request only. */
  private static Map<ConfigResource, Collection<AlterConfigOp>> merged(
      Map<ConfigResource, Collection<AlterConfigOp>> changes) {
    Map<ConfigResource, Collection<AlterConfigOp>> merged = new HashMap<>();
    changes.forEach(
        (resource, ops) -> {
          Map<String, AlterConfigOp> byName = new HashMap<>();
          for (AlterConfigOp one : ops) {
            byName.merge(
                one.configEntry().name(),
                one,
                (a, b) ->
                    op(
                        a.configEntry().name(),
                        a.configEntry().value() + "," + b.configEntry().value(),
                        a.opType()));
          }
          merged.put(resource, byName.values());
        });
    return merged;
  }

  private Collection<AlterConfigOp> limit() {
    return RATES.stream()
        .map(rate -> op(rate, Long.toString(bytesPerSecond), AlterConfigOp.OpType.SET))
        .toList();
  }

  /** Takes away all limits that this set, and those that another one set for these. */
  void remove(Collection<Copying> ofOthers) {
    for (Copying copying : ofOthers) {
      topics.add(copying.id().topic());
      brokers.addAll(copying.senders());
      brokers.addAll(copying.receivers());
    }
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    topics.forEach(name -> changes.put(topic(name), deleted(List.of(SENDERS, RECEIVERS))));
    brokers.forEach(id -> changes.put(broker(id), deleted(RATES)));
    alter(changes);
  }

  private static Collection<AlterConfigOp> deleted(List<String> settings) {
    return settings.stream().map(name -> op(name, "", AlterConfigOp.OpType.DELETE)).toList();
  }

  private static AlterConfigOp op(String setting, String value, AlterConfigOp.OpType type) {
    return new AlterConfigOp(new ConfigEntry(setting, value), type);
  }

  private void alter(Map<ConfigResource, Collection<AlterConfigOp>> changes) {
    if (!changes.isEmpty()) {
      cluster.alter(changes);
    }
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  private static ConfigResource broker(int id) {
    return new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id));
  }
}
