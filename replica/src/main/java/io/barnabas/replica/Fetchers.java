package io.barnabas.replica;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;

/** One fetcher for each leader that this node follows. Thread-safe. */
final class Fetchers {
  private final World world;
  private final ReplicaLinks links;
  private final LongSupplier brokerEpoch;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Integer, LeaderFetcher> byLeader = new HashMap<>();
  private final Map<TopicIdPartition, Integer> leaders = new HashMap<>();
  private final List<CompletableFuture<Void>> ending = new ArrayList<>();
  private boolean stopped;

  Fetchers(World world, ReplicaLinks links, LongSupplier brokerEpoch) {
    this.world = world;
    this.links = links;
    this.brokerEpoch = brokerEpoch;
  }

  /** Follows as a replica's role says, or no longer. */
  void follow(Replica replica) {
    lock.lock();
    try {
      Role role = replica.replication().role();
      int leader =
          role instanceof Role.Follower follower ? follower.leader() : PartitionImage.NO_LEADER;
      Integer before = leaders.get(replica.id());
      if (before != null && before != leader) {
        forget(replica.id());
      }
      if (leader == PartitionImage.NO_LEADER || stopped) {
        return;
      }
      leaders.put(replica.id(), leader);
      byLeader.computeIfAbsent(leader, this::start).follow(replica, role.leaderEpoch());
    } finally {
      lock.unlock();
    }
  }

  /** Those who came since the last time do not wait for fetches that are under way. */
  void hurry() {
    List<LeaderFetcher> all;
    lock.lock();
    try {
      all = List.copyOf(byLeader.values());
    } finally {
      lock.unlock();
    }
    all.forEach(LeaderFetcher::hurry);
  }

  private LeaderFetcher start(int leader) {
    return new LeaderFetcher(world, leader, links.leaders(), brokerEpoch, links.fetchWaitMaxMs());
  }

  /** Follows it no longer. */
  void forget(TopicIdPartition id) {
    lock.lock();
    try {
      Integer leader = leaders.remove(id);
      LeaderFetcher fetcher = leader == null ? null : byLeader.get(leader);
      if (fetcher != null) {
        fetcher.forget(id);
        if (fetcher.isIdle()) {
          byLeader.remove(leader);
          end(fetcher);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Not here, where roles wait: the connection may be one that is being made. */
  private void end(LeaderFetcher fetcher) {
    ending.removeIf(CompletableFuture::isDone);
    CompletableFuture<Void> ended = new CompletableFuture<>();
    ending.add(ended);
    world
        .threads()
        .startVirtual(
            "barnabas-unfollow",
            () -> {
              try {
                fetcher.stop();
                fetcher.join();
              } finally {
                ended.complete(null);
              }
            });
  }

  /** Follows nobody any more; returns when nothing runs. */
  void stop() {
    List<LeaderFetcher> all;
    List<CompletableFuture<Void>> others;
    lock.lock();
    try {
      stopped = true;
      all = new ArrayList<>(byLeader.values());
      others = List.copyOf(ending);
      byLeader.clear();
      leaders.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(LeaderFetcher::stop);
    all.forEach(LeaderFetcher::join);
    others.forEach(CompletableFuture::join);
  }
}
