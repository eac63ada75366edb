package io.barnabas.server.api;

import io.barnabas.metadata.Fact;
import io.barnabas.replica.ReplicaRead;
import io.barnabas.server.net.Call;
import io.barnabas.server.net.StoredRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Puts what was read into an answer. Every read that is given to it is in the answer afterwards, or
 * closed.
 */
final class FetchAnswer {
  private static final int FIRST_WITH_LEADERS = 16;

  private final Call call;
  private final CurrentLeaders leaders;
  private final boolean committedOnly;
  private final FetchResponseData response = new FetchResponseData();
  private @Nullable FetchableTopicResponse topic;

  /**
   * For one request.
   *
   * @param committedOnly whether the reader skips the records of aborted transactions
   */
  FetchAnswer(Call call, CurrentLeaders leaders, boolean committedOnly) {
    this.call = call;
    this.leaders = leaders;
    this.committedOnly = committedOnly;
  }

  /** An answer that says only that the request does not fit its session. */
  static FetchResponseData refusal(Errors error, int sessionId) {
    return new FetchResponseData().setErrorCode(error.code()).setSessionId(sessionId);
  }

  /**
   * All partitions, and a session for the next request if one is wanted and there is room.
   *
   * @param broker whose follower asks, if one does
   */
  FetchResponseData full(
      FetchContext.Full context, FetchResult result, FetchSessions sessions, OptionalInt broker) {
    Optional<FetchSession> session =
        context.opensSession()
            ? sessions.open(context.fetched(), context.usesTopicIds(), broker)
            : Optional.empty();
    session.ifPresent(s -> s.locked(() -> remember(result)));
    for (int i = 0; i < result.size(); i++) {
      add(result, i);
    }
    return response.setSessionId(
        session.map(FetchSession::id).orElse(FetchMetadata.INVALID_SESSION_ID));
  }

  private static boolean remember(FetchResult result) {
    boolean any = false;
    for (int i = 0; i < result.size(); i++) {
      any |= isNews(result, i);
    }
    return any;
  }

  /** Those of a session's partitions of which there is something new. */
  FetchResponseData incremental(FetchContext.Incremental context, FetchResult result) {
    FetchSession session = context.session();
    boolean current =
        session.locked(
            () -> {
              if (session.epoch() != context.nextEpoch()) {
                return false;
              }
              addNews(result);
              return true;
            });
    if (!current) {
      result.close();
      return refusal(Errors.INVALID_FETCH_SESSION_EPOCH, session.id());
    }
    return response.setSessionId(session.id());
  }

  private void addNews(FetchResult result) {
    for (int i = 0; i < result.size(); i++) {
      ReplicaRead read = result.read(i);
      if (isNews(result, i)) {
        add(result, i);
      } else if (read != null) {
        read.close();
      }
    }
  }

  /** Whether a session's client has to hear of a partition; what it will have heard is noted. */
  private static boolean isNews(FetchResult result, int place) {
    FetchedPartition partition = result.partition(place);
    ReplicaRead read = result.read(place);
    if (read == null) {
      partition.errorSent();
      return true;
    }
    return partition.boundsChanged(read.highWatermark(), read.logStartOffset())
        || read.records().sizeBytes() > 0
        || read.divergingEpoch().isPresent()
        || result.nearerReplica(place) != FetchResult.NONE_NEARER;
  }

  private void add(FetchResult result, int place) {
    FetchedPartition.Key key = result.partition(place).key();
    ReplicaRead read = result.read(place);
    PartitionData data =
        new PartitionData()
            .setPartitionIndex(key.partition())
            .setErrorCode(result.error(place).code());
    if (read == null) {
      data.setHighWatermark(-1)
          .setLogStartOffset(result.logStartOffset(place))
          .setRecords(MemoryRecords.EMPTY);
      if (call.version() >= FIRST_WITH_LEADERS) {
        addLeader(key, result.error(place), data);
      }
    } else {
      fill(data, read);
      data.setPreferredReadReplica(result.nearerReplica(place));
    }
    topic(key).partitions().add(data);
  }

  private void fill(PartitionData data, ReplicaRead read) {
    data.setHighWatermark(read.highWatermark())
        .setLastStableOffset(read.lastStableOffset())
        .setLogStartOffset(read.logStartOffset())
        .setAbortedTransactions(committedOnly ? List.of() : null);
    if (read.divergingEpoch().isPresent()) {
      data.setDivergingEpoch(
          new EpochEndOffset()
              .setEpoch(read.divergingEpoch().get().epoch())
              .setEndOffset(read.divergingEpoch().get().endOffset()));
    }
    if (read.records().sizeBytes() > 0) {
      data.setRecords(new StoredRecords(read.records()));
    } else {
      read.close();
      data.setRecords(MemoryRecords.EMPTY);
    }
  }

  /** The part of the answer for a topic: the last one, or a new one. */
  private FetchableTopicResponse topic(FetchedPartition.Key key) {
    FetchableTopicResponse last = topic;
    if (last != null && last.topicId().equals(key.topicId()) && last.topic().equals(key.topic())) {
      return last;
    }
    FetchableTopicResponse next =
        new FetchableTopicResponse()
            .setTopicId(key.topicId())
            .setTopic(key.topic())
            .setPartitions(new ArrayList<>());
    response.responses().add(next);
    topic = next;
    return next;
  }

  private void addLeader(FetchedPartition.Key key, Errors error, PartitionData data) {
    if (error != Errors.NOT_LEADER_OR_FOLLOWER && error != Errors.FENCED_LEADER_EPOCH) {
      return;
    }
    CurrentLeaders.Leader leader =
        leaders.leader(key.topicId(), key.topic(), key.partition(), call.client().listenerName());
    data.setCurrentLeader(
        new LeaderIdAndEpoch().setLeaderId(leader.id()).setLeaderEpoch(leader.epoch()));
    if (leader.endpoint().isPresent() && response.nodeEndpoints().find(leader.id()) == null) {
      Fact.Endpoint endpoint = leader.endpoint().get();
      response
          .nodeEndpoints()
          .add(
              new NodeEndpoint()
                  .setNodeId(leader.id())
                  .setHost(endpoint.host())
                  .setPort(endpoint.port())
                  .setRack(leader.rack().orElse(null)));
    }
  }
}
