package io.barnabas.server.api;

import io.barnabas.replica.ReadLimit;
import io.barnabas.replica.Replica;
import io.barnabas.replica.ReplicaRead;
import io.barnabas.replica.Replicas;
import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;

/** Reads the partitions of one fetch, in their order, within its bounds. Never waits. */
final class FetchReader {
  private final Replicas replicas;
  private final int maxBytes;
  private final ReadLimit upTo;
  private final boolean forFollower;

  /**
   * For one request.
   *
   * @param maxBytes of records, except that the first batch is given whole
   * @param forFollower whether the reader says that it is a replica
   */
  FetchReader(Replicas replicas, int maxBytes, ReadLimit upTo, boolean forFollower) {
    this.replicas = replicas;
    this.maxBytes = maxBytes;
    this.upTo = upTo;
    this.forFollower = forFollower;
  }

  /** Reads all; the caller takes the result over. */
  FetchResult read(List<FetchedPartition> partitions) {
    FetchResult result = new FetchResult(partitions);
    try {
      int room = maxBytes;
      boolean atLeastOneBatch = true;
      for (int i = 0; i < partitions.size(); i++) {
        int size = read(partitions.get(i), i, room, atLeastOneBatch, result);
        atLeastOneBatch &= size == 0;
        room = Math.max(0, room - size);
      }
      return result;
    } catch (RuntimeException e) {
      result.close();
      throw e;
    }
  }

  private int read(
      FetchedPartition partition, int place, int room, boolean atLeastOne, FetchResult result) {
    try {
      Replica replica = partition.replica(replicas);
      if (forFollower) {
        throw notAReplica(partition);
      }
      ReplicaRead read = replica.read(partition.spec(room, atLeastOne, upTo));
      result.found(place, replica, read);
      return read.records().sizeBytes();
    } catch (UnknownTopicIdException | UnknownTopicOrPartitionException e) {
      result.unknown(place, Errors.forException(e));
    } catch (ApiException e) {
      result.failed(place, Errors.forException(e));
    }
    return 0;
  }

  /** What Kafka answers a broker that is not among the replicas, so that it asks again later. */
  private static ApiException notAReplica(FetchedPartition partition) {
    return partition.saysLeaderEpoch()
        ? new UnknownLeaderEpochException("The reader is not a replica of " + partition.key())
        : new NotLeaderOrFollowerException("The reader is not a replica of " + partition.key());
  }
}
