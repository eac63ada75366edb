package io.barnabas.replica;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;

/**
 * What joins a node's replicas to those of other nodes.
 *
 * @param incarnation this start of the node, under which it registers; until the image has it, the
 *     node neither leads nor follows. Empty if it does not matter who registered.
 * @param reports of replicas whose data was found damaged
 * @param lagTimeMaxMs after how long without having caught up a follower is no longer in sync
 *     (replica.lag.time.max.ms)
 * @param fetchWaitMaxMs how long a leader may let a follower wait (replica.fetch.wait.max.ms)
 * @param throttles how fast replicas may be copied
 */
public record ReplicaLinks(
    Optional<Uuid> incarnation,
    LeaderFetch leaders,
    IsrProposals proposals,
    DamageReports reports,
    long lagTimeMaxMs,
    int fetchWaitMaxMs,
    ThrottleSettings throttles) {
  private static final long LAG_TIME_MAX_MS = 30_000;
  private static final int FETCH_WAIT_MAX_MS = 500;

  /** For a node that is alone: whatever it would need of others fails. */
  public static ReplicaLinks none() {
    return new ReplicaLinks(
        Optional.empty(),
        leader -> new NoLine(),
        (epoch, proposals) -> nobody(),
        DamageReports.none(),
        LAG_TIME_MAX_MS,
        FETCH_WAIT_MAX_MS,
        ThrottleSettings.none());
  }

  private static <T> CompletableFuture<T> nobody() {
    return CompletableFuture.failedFuture(new IOException("this node knows no others"));
  }

  private static final class NoLine implements LeaderFetch.Line {
    @Override
    public CompletableFuture<List<LeaderFetch.Fetched>> fetch(LeaderFetch.FetchOrder order) {
      return nobody();
    }

    @Override
    public void reset() {}

    @Override
    public void close() {}
  }
}
