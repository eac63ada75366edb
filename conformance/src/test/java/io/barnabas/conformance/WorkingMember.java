package io.barnabas.conformance;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;

/** A member of a group that commits what it reads, tells what it owns, and can be held up. */
final class WorkingMember implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  private final KafkaConsumer<String, String> consumer;
  private final Ownership ownership;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile Set<TopicPartition> assignment = Set.of();
  private volatile boolean isStopped;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile CloseOptions.GroupMembershipOperation goodbye =
      CloseOptions.GroupMembershipOperation.DEFAULT;

  /**
   * Begins to read a topic.
   *
   * @param settings the consumer's
   * @param ownership is told what it owns
   */
  WorkingMember(Map<String, Object> settings, String topic, Ownership ownership) {
    this.consumer = new KafkaConsumer<>(settings);
    this.ownership = ownership;
    Thread.ofPlatform().daemon().name("working-member").start(() -> run(topic));
  }

  private void run(String topic) {
    try {
      consumer.subscribe(Set.of(topic), new Claims());
      boolean isRead = false;
      while (!isStopped) {
        gate.await();
        isRead |= !consumer.poll(POLL).isEmpty();
        claim();
        isRead = isRead && !commit();
      }
      consumer.close(
          CloseOptions.timeout(Duration.ofSeconds(10)).withGroupMembershipOperation(goodbye));
      ended.complete(null);
    } catch (Throwable e) {
      ended.completeExceptionally(e);
    }
  }

  /** Whether what was read is committed; not while partitions are on their way to others. */
  private boolean commit() {
    try {
      consumer.commitSync();
      return true;
    } catch (CommitFailedException | RebalanceInProgressException e) {
      return false;
    }
  }

  private void claim() {
    int generation = consumer.groupMetadata().generationId();
    Set<TopicPartition> owned = Set.copyOf(consumer.assignment());
    ownership.claim(generation, consumer.groupMetadata().memberId(), owned);
    assignment = owned;
  }

  /** Notes what is owned from the moment on that it is. */
  private final class Claims implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      claim();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      // They were claimed, and are owned until this returns.
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      // Others may have them already: nothing is claimed any more.
      assignment = Set.of();
    }
  }

  /** What it owned when it last looked; fails as the consumer did. */
  Set<TopicPartition> assignment() {
    if (ended.isCompletedExceptionally()) {
      ended.join();
    }
    return assignment;
  }

  /** Does not poll any more until {@link #resume}. */
  void pause() {
    gate = new CountDownLatch(1);
  }

  void resume() {
    gate.countDown();
  }

  /** Is gone without a word to the group, as if it had crashed. */
  void die() {
    goodbye = CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP;
    close();
  }

  /** Leaves the group. */
  @Override
  public void close() {
    isStopped = true;
    resume();
    ended.join();
  }
}
