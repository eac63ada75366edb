package io.barnabas.bench;

import java.io.Closeable;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a group, Kafka's Java consumer, that polls and commits all the time. */
final class BusyMember implements Closeable {
  /** Of the classic protocol; that of the other is the broker's. */
  private static final int SESSION_MS = 6_000;

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration COMMIT_LIMIT = Duration.ofSeconds(5);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile Set<TopicPartition> assignment = Set.of();
  private volatile long committedNanos = Long.MIN_VALUE;
  private volatile GroupMembershipOperation atEnd = GroupMembershipOperation.LEAVE_GROUP;
  private volatile boolean stopped;

  /**
   * Joins.
   *
   * @param protocol as {@code group.protocol}
   */
  BusyMember(String bootstrapServers, String protocol, String group, String topic) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("group.id", group);
    settings.put("group.protocol", protocol);
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "earliest");
    if (protocol.equals("classic")) {
      settings.put("session.timeout.ms", SESSION_MS);
      settings.put(
          "partition.assignment.strategy",
          "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    }
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    thread = Thread.ofPlatform().name("member").start(() -> run(topic));
  }

  private void run(String topic) {
    try {
      consumer.subscribe(List.of(topic));
      while (!stopped) {
        consumer.poll(POLL);
        assignment = Set.copyOf(consumer.assignment());
        commit();
      }
    } finally {
      assignment = Set.of();
      consumer.close(CloseOptions.groupMembershipOperation(atEnd).withTimeout(Duration.ZERO));
    }
  }

  private void commit() {
    if (assignment.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(COMMIT_LIMIT);
      committedNanos = System.nanoTime();
    } catch (RebalanceInProgressException | org.apache.kafka.common.errors.TimeoutException e) {
      // Its next poll takes part in that, or finds the coordinator.
    } catch (KafkaException e) {
      // What it had is another's by now; it is told so when it polls.
    }
  }

  Set<TopicPartition> assignment() {
    return assignment;
  }

  /** Whether it has committed since. */
  boolean hasCommittedSince(long nanos) {
    return committedNanos - nanos > 0;
  }

  /** Says no more, as if its process had been killed. */
  void die() {
    atEnd = GroupMembershipOperation.REMAIN_IN_GROUP;
    close();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether they have so many partitions together, each something and none twice. */
  static boolean share(List<BusyMember> members, int partitions) {
    Set<TopicPartition> all = new HashSet<>();
    int sum = 0;
    for (BusyMember member : members) {
      Set<TopicPartition> own = member.assignment();
      if (own.isEmpty()) {
        return false;
      }
      all.addAll(own);
      sum += own.size();
    }
    return all.size() == partitions && sum == partitions;
  }
}
