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
  private final String name;
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
    name = ownership.newName();
    Thread.ofPlatform().daemon().name("working-member").start(() -> run(topic));
  }

  private void run(String topic) {
    try {
      consumer.subscribe(Set.of(topic), new Claims());
      boolean isRead = false;
      while (!isStopped) {
        gate.await();
        isRead |= !consumer.poll(POLL).isEmpty();
        assignment = Set.copyOf(consumer.assignment());
        isRead = isRead && !commit();
      }
      consumer.close(
          CloseOptions.timeout(Duration.ofSeconds(10)).withGroupMembershipOperation(goodbye));
      ownership.releaseAll(name);
      ended.complete(null);
    } catch (Throwable e) {
      ownership.releaseAll(name);
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

  /**
   * Notes what is owned from the moment on that it is. What the consumer says of its assignment at
   * other times may be behind, as another thread of its changes that.
   */
  private final class Claims implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      hears();
      ownership.claim(name, partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      ownership.release(name, partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      assignment = Set.of();
      ownership.release(name, partitions);
      hears();
    }

    private void hears() {
      if (gate.getCount() == 0) {
        ownership.goOn(name);
      }
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
    ownership.holdUp(name);
  }

  void resume() {
    gate.countDown();
  }

  /** Is gone without a word to the group, as if it had crashed. */
  void die() {
    ownership.holdUp(name);
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
