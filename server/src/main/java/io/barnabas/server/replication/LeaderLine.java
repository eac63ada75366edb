package io.barnabas.server.replication;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.replica.LeaderFetch;
import io.barnabas.replica.LeaderFetch.FetchOrder;
import io.barnabas.replica.LeaderFetch.Fetched;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.server.peers.ReplyBuffer;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** A connection to one leader, with its fetch session. */
final class LeaderLine implements LeaderFetch.Line {
  private static final short VERSION = 18;

  /** Longer than the longest batch that any listener takes, and what else an answer has. */
  private static final int MAX_REPLY_BYTES = 128 << 20;

  private static final int CONNECT_TIMEOUT_MS = 2_000;
  private static final long MAX_IDLE_MS = 60_000;

  /** Beyond what the leader may wait; a leader that is gone for good is known by the image. */
  private static final int REPLY_TIMEOUT_MS = 30_000;

  private static final PeerLimits LIMITS =
      new PeerLimits(1, MAX_REPLY_BYTES, CONNECT_TIMEOUT_MS, MAX_IDLE_MS, REPLY_TIMEOUT_MS);

  /** One connection and what the leader knows by it; replaced as a whole. */
  private record Link(Peers peers, ReplyBuffer memory, FollowerSession session) {}

  private final World world;
  private final String purpose;
  private final int nodeId;
  private final Supplier<Optional<Endpoint>> endpoint;
  private final PeerFetch.Bounds bounds;
  private final WantedPartitions wanted = new WantedPartitions();
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private Link link;
  private boolean closed;

  LeaderLine(
      World world,
      String purpose,
      int nodeId,
      Supplier<Optional<Endpoint>> endpoint,
      PeerFetch.Bounds bounds) {
    this.world = world;
    this.purpose = purpose;
    this.nodeId = nodeId;
    this.endpoint = endpoint;
    this.bounds = bounds;
    link = newLink();
  }

  private Link newLink() {
    return new Link(
        new Peers(world, purpose, LIMITS),
        new ReplyBuffer(),
        new FollowerSession(nodeId, bounds, wanted));
  }

  @Override
  public CompletableFuture<List<Fetched>> fetch(FetchOrder order) {
    Link now = link();
    wanted.take(order);
    Optional<Endpoint> to = endpoint.get();
    if (to.isEmpty()) {
      now.session().forget();
      return CompletableFuture.failedFuture(new IOException("it is not known where it listens"));
    }
    CompletableFuture<List<Fetched>> result = new CompletableFuture<>();
    CompletableFuture<ApiMessage> reply =
        now.peers()
            .send(
                to.get(),
                ApiKeys.FETCH,
                VERSION,
                now.session().request(order),
                order.maxWaitMs() + REPLY_TIMEOUT_MS,
                now.memory());
    var _ =
        reply.whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                take(now.session(), (FetchResponseData) answer, result);
              } else {
                // Perhaps the session has gone on without this node.
                replace(now);
                result.completeExceptionally(failure);
              }
            });
    return result;
  }

  private static void take(
      FollowerSession session, FetchResponseData answer, CompletableFuture<List<Fetched>> result) {
    Errors error = Errors.forCode(answer.errorCode());
    switch (error) {
      case NONE -> result.complete(session.take(answer));
      case FETCH_SESSION_ID_NOT_FOUND,
          INVALID_FETCH_SESSION_EPOCH,
          FETCH_SESSION_TOPIC_ID_ERROR -> {
        // The next request says everything again.
        session.forget();
        result.complete(List.of());
      }
      default -> {
        session.forget();
        result.completeExceptionally(new IOException("it answered " + error));
      }
    }
  }

  private Link link() {
    lock.lock();
    try {
      return link;
    } finally {
      lock.unlock();
    }
  }

  /** Goes on with another connection, unless that is so already. */
  private void replace(Link old) {
    lock.lock();
    try {
      if (!link.equals(old) || closed) {
        return;
      }
      link = newLink();
    } finally {
      lock.unlock();
    }
    // Here, and not on the connection's own thread, which closing waits for.
    world.threads().startVirtual(purpose + "-close", old.peers()::close);
  }

  @Override
  public void reset() {
    replace(link());
  }

  @Override
  public void close() {
    Link last;
    lock.lock();
    try {
      closed = true;
      last = link;
    } finally {
      lock.unlock();
    }
    last.peers().close();
  }
}
