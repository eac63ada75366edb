package io.barnabas.conformance.load;

import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Counts up a setting of a topic, and asks one node for it: that node must not tell less than was
 * acknowledged before it was started, nor less than it told before.
 */
final class StaleWatch {
  private static final String SETTING = "retention.ms";

  private final ClusterProcess cluster;
  private final int node;
  private final String topic;
  private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::ask);
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong backwards = new AtomicLong();
  private final AtomicLong first = new AtomicLong(-1);
  private volatile boolean stopped;
  private long count = 1_000_000_000L;

  /**
   * A watch that does not ask yet.
   *
   * @param node that is asked
   * @param topic of this watch alone
   */
  StaleWatch(ClusterProcess cluster, int node, String topic) {
    this.cluster = cluster;
    this.node = node;
    this.topic = topic;
  }

  /** Counts on; returns when that is acknowledged. */
  long countOn(Admin admin) throws ExecutionException, InterruptedException {
    count++;
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry(SETTING, Long.toString(count)), AlterConfigOp.OpType.SET))))
        .all()
        .get();
    return count;
  }

  /** Asks from now on, as soon as the node answers. */
  void begin() {
    thread.start();
  }

  private void ask() {
    long newest = -1;
    while (!stopped) {
      try {
        ClusterView.Topic told = ClusterView.at(cluster.node(node).address()).topics().get(topic);
        long now = told == null ? -1 : told.retentionMs();
        first.compareAndSet(-1, now);
        answers.incrementAndGet();
        if (now < newest) {
          backwards.incrementAndGet();
        }
        newest = now;
      } catch (IOException e) {
        // Not yet, or not any more.
        Thread.onSpinWait();
      }
    }
  }

  /** Ends it; false if the node told what was old. */
  boolean end(Journey journey, long acknowledgedBefore) throws InterruptedException {
    stopped = true;
    thread.join();
    journey.tell(
        "- node %d was asked %,d times from its start on: first answer %,d after what was"
            + " acknowledged before its start, %d times older than the answer before",
        node, answers.get(), first.get() - acknowledgedBefore, backwards.get());
    return answers.get() > 0 && first.get() >= acknowledgedBefore && backwards.get() == 0;
  }
}
