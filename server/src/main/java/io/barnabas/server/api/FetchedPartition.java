package io.barnabas.server.api;

import io.barnabas.replica.FetchSpec;
import io.barnabas.replica.ReadLimit;
import io.barnabas.replica.Registration;
import io.barnabas.replica.Replica;
import io.barnabas.replica.Replicas;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.jspecify.annotations.Nullable;

/**
 * A partition that a client fetches, and from where. What the client asked for never changes: when
 * it asks for something else, a session puts a new one in its place. What a session remembers of
 * its last answer is guarded by the session's lock.
 */
final class FetchedPartition {
  /**
   * Which partition it is to the client.
   *
   * @param byId whether the topic is named by its id and its name is empty; else its id is zero
   */
  record Key(boolean byId, Uuid topicId, String topic, int partition) {
    static Key byId(Uuid topicId, int partition) {
      return new Key(true, topicId, "", partition);
    }

    static Key byName(String topic, int partition) {
      return new Key(false, Uuid.ZERO_UUID, topic, partition);
    }
  }

  private static final long NEVER_SENT = -1;

  private final Key key;
  private final long fetchOffset;
  private final int maxBytes;
  private final int currentLeaderEpoch;
  private final int lastFetchedEpoch;
  private final long knownHighWatermark;
  private final long logStart;

  /** Found again only when it cannot be read, so that a session looks each partition up once. */
  private volatile @Nullable Replica replica;

  /** Kept for the next read, which mostly is the same; immutable, so a race does no harm. */
  private @Nullable FetchSpec lastSpec;

  private @Nullable Replica listenedTo;
  private Registration registration = () -> {};
  private long sentHighWatermark = NEVER_SENT;
  private long sentLogStartOffset = NEVER_SENT;

  FetchedPartition(Key key, FetchPartition asked) {
    this.key = key;
    fetchOffset = asked.fetchOffset();
    maxBytes = Math.max(0, asked.partitionMaxBytes());
    currentLeaderEpoch = asked.currentLeaderEpoch();
    lastFetchedEpoch = asked.lastFetchedEpoch();
    knownHighWatermark = asked.highWatermark();
    logStart = asked.logStartOffset();
  }

  Key key() {
    return key;
  }

  /** Of records, 0 or more. */
  int maxBytes() {
    return maxBytes;
  }

  /** Whether a follower can use a high watermark that it does not know of (KIP-1166). */
  boolean awaits(long highWatermark) {
    return Math.min(highWatermark, fetchOffset) > knownHighWatermark;
  }

  /**
   * The replica to read from.
   *
   * @throws ApiException as {@link Replicas#require}
   */
  Replica replica(Replicas replicas) {
    Replica known = replica;
    if (known != null && known.isReadable()) {
      return known;
    }
    Replica found =
        key.byId()
            ? replicas.require(key.topicId(), key.partition())
            : replicas.require(new TopicPartition(key.topic(), key.partition()));
    replica = found;
    return found;
  }

  /** Where the log begins that was found last, -1 if none was. */
  long foundLogStart() {
    Replica known = replica;
    return known == null ? -1 : known.view().logStartOffset();
  }

  /** What to read, within what the request still has room for. */
  FetchSpec spec(int roomBytes, boolean atLeastOneBatch, ReadLimit upTo, boolean leaderOnly) {
    int most = Math.min(maxBytes, roomBytes);
    FetchSpec last = lastSpec;
    if (last != null
        && last.maxBytes() == most
        && last.atLeastOneBatch() == atLeastOneBatch
        && last.upTo() == upTo
        && last.leaderOnly() == leaderOnly) {
      return last;
    }
    FetchSpec spec =
        new FetchSpec(
            fetchOffset,
            most,
            atLeastOneBatch,
            epoch(currentLeaderEpoch),
            epoch(lastFetchedEpoch),
            upTo,
            leaderOnly,
            logStart);
    lastSpec = spec;
    return spec;
  }

  private static OptionalInt epoch(int epoch) {
    return epoch < 0 ? OptionalInt.empty() : OptionalInt.of(epoch);
  }

  // --- what its session remembers, under the session's lock

  /** Takes over what was sent for the one that this one replaces. */
  void follows(FetchedPartition before) {
    replica = before.replica;
    listenedTo = before.listenedTo;
    registration = before.registration;
    sentHighWatermark = before.sentHighWatermark;
    sentLogStartOffset = before.sentLogStartOffset;
  }

  /** Hears of whatever happens to a replica, and of no other one. */
  void listenTo(Replica found, FetchReader reader, Runnable changed) {
    if (!found.equals(listenedTo)) {
      registration.cancel();
      registration = reader.listen(found, changed);
      listenedTo = found;
    }
  }

  /** Hears of nothing any more. */
  void ignore() {
    registration.cancel();
    listenedTo = null;
  }

  /** Whether a client that has been told of these bounds has all that there is to know. */
  boolean hasAll(long highWatermark, long logStartOffset, long readableEnd) {
    return highWatermark == sentHighWatermark
        && logStartOffset == sentLogStartOffset
        && fetchOffset >= readableEnd;
  }

  /** Whether the client has not been told these bounds yet; from now on it has. */
  boolean boundsChanged(long highWatermark, long logStartOffset) {
    boolean changed = highWatermark != sentHighWatermark || logStartOffset != sentLogStartOffset;
    sentHighWatermark = highWatermark;
    sentLogStartOffset = logStartOffset;
    return changed;
  }

  /** The client was told of an error, so the next answer without one must be sent. */
  void errorSent() {
    sentHighWatermark = NEVER_SENT;
  }
}
