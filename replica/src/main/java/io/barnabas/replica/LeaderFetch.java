package io.barnabas.replica;

import io.barnabas.log.EpochEnd;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** How a follower gets records from leaders. Thread-safe. */
public interface LeaderFetch {
  /** A line to a leader, for the one thread that fetches from it. Connects when it is needed. */
  Line line(int leader);

  /** A line to one leader. One fetch at a time; any thread may reset or close it. */
  interface Line extends AutoCloseable {
    /**
     * Asks for records of all that was ever wanted by this line, and still is. What the answer does
     * not speak of has nothing new.
     *
     * @return fails with an {@code IOException} if there is no answer; its buffers are good until
     *     the next fetch
     */
    CompletableFuture<List<Fetched>> fetch(FetchOrder order);

    /** Gives up the fetch that is under way, which fails. The next one begins anew. */
    void reset();

    /** As {@link #reset}, and every later fetch fails, too. */
    @Override
    void close();
  }

  /**
   * A fetch of many partitions: what has changed since the last one, whatever became of that.
   *
   * @param brokerEpoch what this node proves itself with
   * @param changed what is wanted from now on, or in another way than before
   * @param unwanted what no longer is
   * @param maxWaitMs how long the leader may wait for the first byte
   */
  record FetchOrder(
      long brokerEpoch, List<Wanted> changed, List<TopicIdPartition> unwanted, int maxWaitMs) {}

  /**
   * What is wanted of one partition.
   *
   * @param leaderEpoch the leadership that is followed
   * @param fetchOffset all below it is on this node's disk
   * @param lastFetchedEpoch the epoch of the last record below it, -1 if there is none
   * @param highWatermark how far this node knows records to be replicated
   */
  record Wanted(
      TopicIdPartition id,
      int leaderEpoch,
      long fetchOffset,
      int lastFetchedEpoch,
      long logStartOffset,
      long highWatermark) {}

  /**
   * What the leader answered for one partition.
   *
   * @param error NONE, or why there is nothing else; with OFFSET_OUT_OF_RANGE there is the leader's
   *     log start
   * @param records batches, the last of them perhaps cut short
   * @param highWatermark the leader's, -1 if not given
   * @param logStartOffset the leader's, -1 if not given
   * @param divergingEpoch where the leader's log ends for the newest epoch that both may have, if
   *     the follower's log has to be cut back
   */
  record Fetched(
      TopicIdPartition id,
      Errors error,
      ByteBuffer records,
      long highWatermark,
      long logStartOffset,
      Optional<EpochEnd> divergingEpoch) {}
}
