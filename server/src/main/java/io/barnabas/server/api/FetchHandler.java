package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.replica.FollowerFetch;
import io.barnabas.replica.Replicas;
import io.barnabas.server.net.Call;
import io.barnabas.world.World;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Fetch, versions 4 to 18: reads record batches, waiting for some if the client wants that.
 *
 * <ul>
 *   <li>4: isolation level, last stable offset, aborted transactions
 *   <li>5: log start offset
 *   <li>6: KAFKA_STORAGE_ERROR may be answered
 *   <li>7: incremental fetch sessions (KIP-227)
 *   <li>9: the client may say which leader epoch it believes in, and is fenced
 *   <li>10: zstd batches may be answered
 *   <li>11: the client's rack, and the replica that it had better read from
 *   <li>12: compact encoding; the epoch of the client's last record, and where the logs diverge
 *   <li>13: topic ids instead of names
 *   <li>14: errors of tiered storage, which there is none of
 *   <li>15: a follower says who it is in a tagged field
 *   <li>16: NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH come with the leader (KIP-951)
 *   <li>17: a follower says which directory it writes to
 *   <li>18: a follower says how far it knows records to be replicated
 * </ul>
 *
 * Nobody reads beyond the high watermark but followers, which say by what they ask for how far they
 * are. Only what comes in at the nodes' own listener and has the epoch that its broker is
 * registered with is a follower; what else says so is answered as Kafka answers a stranger. As
 * there are no transactions yet, it is also the last stable offset, and no transaction was ever
 * aborted.
 *
 * <p>A consumer of version 11 or newer may read from any replica in sync; if it tells its rack, the
 * leader sends it to one there (KIP-392), unless the node's settings say otherwise. A follower that
 * is not in sync, or has no leader, answers NOT_LEADER_OR_FOLLOWER, where Kafka lets the consumer
 * wait there for records until its metadata expire.
 */
final class FetchHandler extends Handler<FetchRequestData> {
  private static final int FIRST_FROM_FOLLOWERS = 11;

  private final World world;
  private final Replicas replicas;
  private final Supplier<ClusterImage> images;
  private final CurrentLeaders leaders;
  private final FetchSessions sessions;
  private final int fetchMaxBytes;
  private final Optional<String> nodesListener;
  private final boolean readsByRack;

  /** Serves fetches. */
  FetchHandler(
      World world, Replicas replicas, Supplier<ClusterImage> images, DataApis.Limits limits) {
    super(ApiKeys.FETCH, 4, 18);
    this.world = world;
    this.replicas = replicas;
    fetchMaxBytes = limits.fetchMaxBytes();
    nodesListener = limits.nodesListener();
    readsByRack = limits.readsByRack();
    this.images = images;
    leaders = new CurrentLeaders(images, replicas::standsAside);
    sessions = new FetchSessions(world, limits.fetchSessionSlots());
  }

  @Override
  public void handle(FetchRequestData request, Call call) {
    byte isolation = request.isolationLevel();
    if (isolation < 0 || isolation >= IsolationLevel.values().length) {
      call.answer(FetchAnswer.refusal(Errors.INVALID_REQUEST, 0));
      return;
    }
    switch (sessions.context(FetchAsked.of(request, call.version()))) {
      case FetchContext.Refused(Errors error) -> call.answer(FetchAnswer.refusal(error, 0));
      case FetchContext.Full full ->
          fetch(request, call, full, reader -> new WholeFetch(reader, full.fetched()));
      case FetchContext.Incremental incremental ->
          fetch(
              request,
              call,
              incremental,
              reader -> new SessionFetch(reader, incremental.session(), world.clock()));
    }
  }

  private void fetch(
      FetchRequestData request,
      Call call,
      FetchContext context,
      Function<FetchReader, FetchSource> sources) {
    boolean committedOnly = request.isolationLevel() == IsolationLevel.READ_COMMITTED.id();
    int replicaId = FetchRequest.replicaId(request);
    boolean follower = FetchRequest.isValidBrokerId(replicaId);
    int mostBytes = follower ? Integer.MAX_VALUE : fetchMaxBytes;
    int maxBytes = Math.clamp(request.maxBytes(), 0, mostBytes);
    int minBytes = Math.min(request.minBytes(), maxBytes);
    FetchReader reader =
        follower
            ? FetchReader.forFollower(replicas, maxBytes, replicaId, proof(request, call))
            : FetchReader.forConsumer(replicas, maxBytes, consumer(request, call));
    Consumer<FetchResult> answer =
        result -> {
          if (follower) {
            result.sentToFollower();
          }
          answer(
              call,
              context,
              committedOnly,
              result,
              follower ? member(request, call) : OptionalInt.empty());
        };
    FetchSource source = sources.apply(reader);
    FetchResult result = source.readFirst();
    if (request.maxWaitMs() <= 0 || result.isEnough(minBytes)) {
      answer.accept(result);
      return;
    }
    result.close();
    FetchWait wait = new FetchWait(world, source, minBytes, answer);
    call.onDisconnect(wait::abandon);
    call.onDrain(wait::expire);
    wait.start(request.maxWaitMs());
  }

  private FetchReader.Consumer consumer(FetchRequestData request, Call call) {
    return new FetchReader.Consumer(
        request.isolationLevel() == IsolationLevel.READ_COMMITTED.id(),
        call.version() < FIRST_FROM_FOLLOWERS,
        readsByRack ? inRack(request.rackId(), call.client().listenerName()) : Set.of());
  }

  /** The brokers in a rack that take part, and can be reached where the client has come in. */
  private Set<Integer> inRack(String rack, String listener) {
    if (rack.isEmpty()) {
      return Set.of();
    }
    Set<Integer> found = new HashSet<>();
    for (Fact.BrokerImage broker : images.get().brokers().values()) {
      if (!broker.fenced()
          && broker.rack().filter(rack::equals).isPresent()
          && broker.endpoints().stream().anyMatch(each -> each.listener().equals(listener))) {
        found.add(broker.id());
      }
    }
    return found;
  }

  /** What a follower proves itself with; nothing is a proof where clients come in. */
  private long proof(FetchRequestData request, Call call) {
    return nodesListener.filter(call.client().listenerName()::equals).isPresent()
        ? request.replicaState().replicaEpoch()
        : FollowerFetch.NO_PROOF;
  }

  /** The broker whose follower asks, if it proves that it is one. */
  private OptionalInt member(FetchRequestData request, Call call) {
    int id = FetchRequest.replicaId(request);
    long proof = proof(request, call);
    boolean proven =
        images
            .get()
            .broker(id)
            .filter(broker -> proof != FollowerFetch.NO_PROOF && broker.epoch() == proof)
            .isPresent();
    return proven ? OptionalInt.of(id) : OptionalInt.empty();
  }

  private void answer(
      Call call,
      FetchContext context,
      boolean committedOnly,
      FetchResult result,
      OptionalInt broker) {
    FetchAnswer answer = new FetchAnswer(call, leaders, committedOnly);
    FetchResponseData response =
        switch (context) {
          case FetchContext.Full full -> answer.full(full, result, sessions, broker);
          case FetchContext.Incremental incremental -> answer.incremental(incremental, result);
          case FetchContext.Refused(Errors error) -> FetchAnswer.refusal(error, 0);
        };
    call.answer(response);
  }
}
