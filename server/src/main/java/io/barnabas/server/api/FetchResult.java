package io.barnabas.server.api;

import io.barnabas.log.LogSlice;
import io.barnabas.replica.ReadLimit;
import io.barnabas.replica.Replica;
import io.barnabas.replica.ReplicaRead;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over the partitions of a fetch found, by their places. Owns the reads until they
 * are taken or closed. For one thread at a time.
 */
final class FetchResult {
  /** In place of a nearer replica. */
  static final int NONE_NEARER = FetchResponse.INVALID_PREFERRED_REPLICA_ID;

  private final List<FetchedPartition> partitions;
  private final ReadLimit upTo;
  private final @Nullable Replica[] replicas;
  private final @Nullable ReplicaRead[] reads;
  private final @Nullable Errors[] errors;
  private final long[] logStarts;
  private final int[] nearerReplicas;
  private long bytes;
  private boolean urgent;
  private int known;

  /**
   * Nothing was found yet.
   *
   * @param others how many partitions the fetch has beside these, of which there is nothing new
   */
  FetchResult(List<FetchedPartition> partitions, int others, ReadLimit upTo) {
    this.partitions = partitions;
    known = others;
    this.upTo = upTo;
    replicas = new Replica[partitions.size()];
    reads = new ReplicaRead[partitions.size()];
    errors = new Errors[partitions.size()];
    logStarts = new long[partitions.size()];
    nearerReplicas = new int[partitions.size()];
    Arrays.fill(nearerReplicas, NONE_NEARER);
  }

  int size() {
    return reads.length;
  }

  FetchedPartition partition(int place) {
    return partitions.get(place);
  }

  /** Takes the read over. */
  void found(int place, Replica replica, ReplicaRead read) {
    replicas[place] = replica;
    reads[place] = read;
    bytes += wanted(place, read.records());
    urgent |=
        read.divergingEpoch().isPresent() || partitions.get(place).awaits(read.highWatermark());
    known++;
  }

  /**
   * A partition that the client had better read elsewhere, and must hear so at once.
   *
   * @param read without records
   */
  void nearer(int place, Replica replica, ReplicaRead read, int broker) {
    found(place, replica, read);
    nearerReplicas[place] = broker;
    urgent = true;
  }

  /** Where the client had better read, or {@link #NONE_NEARER}. */
  int nearerReplica(int place) {
    return nearerReplicas[place];
  }

  /**
   * A partition with more than its limit counts as full, though the last batch of what is there did
   * not fit: waiting would not bring more.
   */
  private int wanted(int place, LogSlice records) {
    return records.isCut()
        ? Math.max(records.sizeBytes(), partitions.get(place).maxBytes())
        : records.sizeBytes();
  }

  /** A partition that the cluster does not know; no reason to hurry, as it may come into being. */
  void unknown(int place, Errors error) {
    errors[place] = error;
  }

  /**
   * A partition that cannot be read, of which the client must hear at once.
   *
   * @param logStartOffset if it is of use, else -1
   */
  void failed(int place, Errors error, long logStartOffset) {
    errors[place] = error;
    logStarts[place] = logStartOffset;
    urgent = true;
    known++;
  }

  /** NONE if there is a read. */
  Errors error(int place) {
    Errors error = errors[place];
    return error == null ? Errors.NONE : error;
  }

  /** For a partition that cannot be read: where its log starts, -1 if that does not matter. */
  long logStartOffset(int place) {
    return error(place) == Errors.OFFSET_OUT_OF_RANGE ? logStarts[place] : -1;
  }

  /** The read there; looking at it is still possible after it was closed. */
  @Nullable ReplicaRead read(int place) {
    return reads[place];
  }

  /** The replica that was read, if it could be. */
  @Nullable Replica replica(int place) {
    return replicas[place];
  }

  /** Whether there are records in the read there. */
  boolean hasRecords(int place) {
    ReplicaRead read = reads[place];
    return read != null && read.records().sizeBytes() > 0;
  }

  /**
   * Whether a client that has been told what it was told has nothing to hear of the partition, and
   * will not until something happens to its replica. Under the lock of the client's session.
   */
  boolean isQuiet(int place) {
    ReplicaRead read = reads[place];
    return read != null
        && nearerReplicas[place] == NONE_NEARER
        && read.divergingEpoch().isEmpty()
        && partitions
            .get(place)
            .hasAll(read.highWatermark(), read.logStartOffset(), read.readableEnd());
  }

  /** Whether another pass might find more, or no longer what this one found. */
  boolean isOutdated() {
    for (int i = 0; i < reads.length; i++) {
      Replica replica = replicas[i];
      ReplicaRead read = reads[i];
      if (replica != null
          && read != null
          && (replica.readableEnd(upTo) != read.readableEnd()
              || replica.highWatermark() != read.highWatermark()
              || !replica.isReadable())) {
        return true;
      }
    }
    return false;
  }

  /** Whether there is a reason not to wait for more. */
  boolean isEnough(int minBytes) {
    return bytes >= minBytes || urgent || known == 0;
  }

  /** What it has is sent to a follower. */
  void sentToFollower() {
    for (int i = 0; i < reads.length; i++) {
      Replica replica = replicas[i];
      ReplicaRead read = reads[i];
      if (replica != null && read != null) {
        replica.sent(read.records().sizeBytes());
      }
    }
  }

  /** Lets go of all files. */
  void close() {
    for (ReplicaRead read : reads) {
      if (read != null) {
        read.close();
      }
    }
  }
}
