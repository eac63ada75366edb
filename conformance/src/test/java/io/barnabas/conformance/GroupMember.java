package io.barnabas.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A consumer of a group that polls on a thread of its own. */
final class GroupMember implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  private final KafkaConsumer<String, String> consumer;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile Set<TopicPartition> assignment = Set.of();
  private volatile String memberId = "";
  private volatile CloseOptions closing = CloseOptions.timeout(Duration.ofSeconds(10));

  /** Reads a topic as a member of a group; of the classic protocol if nothing else is said. */
  GroupMember(String bootstrapServers, String group, String topic, Map<String, String> others) {
    this(bootstrapServers, group, each -> each.subscribe(Set.of(topic)), others);
  }

  /** Reads what it subscribes to. */
  GroupMember(
      String bootstrapServers,
      String group,
      Consumer<KafkaConsumer<String, String>> subscription,
      Map<String, String> others) {
    consumer = new KafkaConsumer<>(settings(bootstrapServers, group, others));
    Thread.ofPlatform().daemon().name("member-of-" + group).start(() -> run(subscription));
  }

  static Map<String, Object> settings(
      String bootstrapServers, String group, Map<String, String> others) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("group.id", group);
    settings.put("group.protocol", "classic");
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    settings.put("session.timeout.ms", "6000");
    settings.put("heartbeat.interval.ms", "300");
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    settings.putAll(others);
    if ("consumer".equals(settings.get("group.protocol"))) {
      // These are the group's there, and a client that says them does not start.
      settings.keySet().removeAll(Set.of("session.timeout.ms", "heartbeat.interval.ms"));
    }
    return settings;
  }

  private void run(Consumer<KafkaConsumer<String, String>> subscription) {
    try {
      subscription.accept(consumer);
      while (stop.getCount() > 0) {
        consumer.poll(POLL);
        assignment = Set.copyOf(consumer.assignment());
        memberId = consumer.groupMetadata().memberId();
      }
      consumer.close(closing);
      ended.complete(null);
    } catch (Throwable e) {
      ended.completeExceptionally(e);
    }
  }

  /** What it owned after its last poll. */
  Set<TopicPartition> assignment() {
    return assignment;
  }

  String memberId() {
    return memberId;
  }

  /** Fails as the consumer did. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Each partition has exactly one owner, and each member has one at least. */
  static boolean isShared(int partitions, List<GroupMember> members) {
    List<TopicPartition> owned = new ArrayList<>();
    members.forEach(member -> owned.addAll(member.assignment()));
    return owned.size() == partitions
        && new HashSet<>(owned).size() == partitions
        && members.stream().noneMatch(member -> member.assignment().isEmpty());
  }

  /** Is gone without a word to the group, as if it had crashed. */
  void die() {
    end(
        options ->
            closing =
                options.withGroupMembershipOperation(
                    CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
  }

  private void end(Consumer<CloseOptions> how) {
    how.accept(CloseOptions.timeout(Duration.ofSeconds(10)));
    stop.countDown();
    ended.join();
  }

  /** Leaves the group. */
  void leave() {
    end(options -> closing = options);
  }

  /** Leaves the group if it is still in it. */
  @Override
  public void close() {
    if (!ended.isDone()) {
      leave();
    }
  }
}
