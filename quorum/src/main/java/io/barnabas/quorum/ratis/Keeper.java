package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Kind;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that sees to it that this node belongs to a cluster and is a member of its quorum, and
 * that tells the listener what Ratis does not: that nobody leads, and that it has stopped.
 */
final class Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(RatisQuorum.class);

  private static final long ROUND_NANOS = 100_000_000L;
  private static final long TELL_OBSTACLE_NANOS = 5_000_000_000L;
  private static final long JOIN_TIMEOUT_MS = 8_000;

  private final World world;
  private final RatisOptions options;
  private final QuorumMember self;
  private final Lobby lobby;
  private final Founding founding;
  private final CompletableFuture<ClusterFile> cluster = new CompletableFuture<>();
  private final Monitor monitor;

  // Under the monitor.
  private boolean closed;
  private @Nullable RatisGroup group;
  private @Nullable Progress progress;
  private @Nullable WorldThread thread;

  // Of the thread.
  private long obstacleToldNanos;
  private String obstacleTold = "";

  Keeper(World world, RatisOptions options, QuorumMember self, Lobby lobby, Founding founding) {
    this.world = world;
    this.options = options;
    this.self = self;
    this.lobby = lobby;
    this.founding = founding;
    monitor = world.threads().newMonitor();
  }

  /** Complete once the node belongs to a cluster. */
  CompletableFuture<ClusterFile> cluster() {
    return cluster;
  }

  /** Reads what is on disk. */
  void recall() throws IOException {
    founding.remembered().ifPresent(cluster::complete);
  }

  void start() {
    monitor.lock();
    try {
      thread = world.threads().startPlatform("barnabas-quorum-keeper", this::run);
    } finally {
      monitor.unlock();
    }
  }

  /** From now on, sees to a group that has started. */
  void keep(RatisGroup started, Progress itsProgress) {
    monitor.lock();
    try {
      group = started;
      progress = itsProgress;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  void close() {
    WorldThread running;
    monitor.lock();
    try {
      closed = true;
      running = thread;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    cluster.completeExceptionally(new IOException("The quorum is closed"));
    lobby.close();
    if (running != null) {
      running.join();
    }
  }

  private boolean isClosed() {
    monitor.lock();
    try {
      return closed;
    } finally {
      monitor.unlock();
    }
  }

  private void run() {
    boolean remembered = cluster.isDone();
    findCluster();
    RatisGroup kept = awaitGroup();
    if (kept == null) {
      return;
    }
    try {
      if (remembered) {
        founding.checkAgreement(kept.cluster());
      }
      while (!isClosed()) {
        keepGroup(kept);
      }
    } catch (IOException | RuntimeException e) {
      if (!isClosed()) {
        kept.tellFailure(e instanceof IOException failure ? failure : new IOException(e));
      }
    }
  }

  private void findCluster() {
    while (!cluster.isDone()) {
      try {
        Founding.Round round = founding.ask();
        if (round.cluster().isPresent()) {
          ClusterFile found = round.cluster().get();
          LOG.info("This node belongs to the cluster {}", found.clusterId());
          cluster.complete(found);
        } else {
          tellObstacle(round.obstacle());
          pause();
        }
      } catch (IOException | RuntimeException e) {
        cluster.completeExceptionally(e);
      }
    }
  }

  private void tellObstacle(String obstacle) {
    long nowNanos = world.clock().nanoTime();
    if (!obstacle.equals(obstacleTold) || nowNanos - obstacleToldNanos > TELL_OBSTACLE_NANOS) {
      LOG.info("Waiting for a cluster: {}", obstacle);
      obstacleTold = obstacle;
      obstacleToldNanos = nowNanos;
    }
  }

  private void pause() {
    long deadlineNanos = world.clock().nanoTime() + ROUND_NANOS;
    monitor.lock();
    try {
      while (!closed && monitor.awaitUntil(deadlineNanos)) {}
    } finally {
      monitor.unlock();
    }
  }

  private @Nullable RatisGroup awaitGroup() {
    monitor.lock();
    try {
      while (group == null && !closed) {
        monitor.await();
      }
      return closed ? null : group;
    } finally {
      monitor.unlock();
    }
  }

  private void keepGroup(RatisGroup kept) throws IOException {
    kept.awaitNews(ROUND_NANOS);
    IOException failure = kept.failure();
    if (failure != null) {
      throw failure;
    }
    kept.tellLeader();
    RaftServer.Division division = kept.node().division();
    if (division == null || isClosed()) {
      return;
    }
    if (progress != null) {
      progress.observe();
    }
    keepRole(kept, division);
  }

  private void keepRole(RatisGroup kept, RaftServer.Division division) throws IOException {
    RaftConfiguration members = division.getRaftConf();
    boolean follows = members.getPeer(kept.node().id(), RaftPeerRole.LISTENER) != null;
    boolean votes = members.getPeer(kept.node().id(), RaftPeerRole.FOLLOWER) != null;
    RaftPeerRole role = division.getInfo().getCurrentRole();
    boolean settled = members.getPreviousPeers().isEmpty();
    if (division.getInfo().getLifeCycleState() == LifeCycle.State.CLOSED) {
      // It asked for votes when it had none any more.
      LOG.info("The quorum's server was stopped by the others, and starts again");
      kept.restart();
    } else if (settled && follows && role != RaftPeerRole.LISTENER && !votes) {
      LOG.info("This node has no vote in the quorum any more, and follows from now on");
      kept.restart();
    } else if (!votes && (!follows || members.getLogEntryIndex() < 0)) {
      join(kept, false);
    } else if (follows && options.namesSelf() && isVoterWithOtherDirectory(members)) {
      join(kept, true);
    }
  }

  private boolean isVoterWithOtherDirectory(RaftConfiguration members) {
    return PeerNames.members(members.getCurrentPeers()).stream()
        .anyMatch(voter -> voter.nodeId() == self.nodeId() && !PeerNames.same(voter, self));
  }

  private void join(RatisGroup kept, boolean vote) {
    Question question =
        new Question(Kind.JOIN, Optional.of(kept.cluster().clusterId()), self, vote);
    String refusal = askLeader(question);
    if (!refusal.isEmpty()) {
      tellObstacle(refusal);
      pause();
    }
  }

  /** Asks all who may lead; empty once one has done it. */
  private String askLeader(Question question) {
    String refusal = "no voter of the quorum can be asked";
    Map<Integer, CompletableFuture<Answer>> asked = new LinkedHashMap<>();
    for (QuorumMember voter : possibleVoters()) {
      asked.computeIfAbsent(
          voter.nodeId(), id -> lobby.ask(voter.host(), voter.port(), question, JOIN_TIMEOUT_MS));
    }
    for (CompletableFuture<Answer> pending : asked.values()) {
      Answer answer = pending.exceptionally(failure -> null).join();
      if (answer != null) {
        if (answer.refusal().isEmpty()) {
          return "";
        }
        if (answer.leads() || refusal.startsWith("no voter")) {
          refusal = answer.refusal();
        }
      }
    }
    return refusal;
  }

  private List<QuorumMember> possibleVoters() {
    java.util.ArrayList<QuorumMember> voters = new java.util.ArrayList<>();
    RatisGroup kept = group;
    RaftConfiguration members = kept == null ? null : kept.node().configuration();
    if (members != null) {
      voters.addAll(PeerNames.members(members.getCurrentPeers()));
    }
    options
        .voters()
        .forEach(
            voter ->
                voters.add(
                    new QuorumMember(voter.nodeId(), new UUID(0, 0), voter.host(), voter.port())));
    voters.removeIf(voter -> voter.nodeId() == self.nodeId());
    return voters;
  }

  /** Once this node has handed over. */
  void askLeaderToRemove(QuorumMember removed) throws IOException {
    ClusterFile known = cluster.join();
    String refusal =
        askLeader(new Question(Kind.REMOVE, Optional.of(known.clusterId()), removed, false));
    if (!refusal.isEmpty()) {
      throw new io.barnabas.quorum.MembershipException(
          io.barnabas.quorum.MembershipException.Reason.NOT_NOW,
          "This node handed over, but is still a voter: " + refusal);
    }
  }

  /** What this node says of itself. */
  Answer describe(
      @Nullable RatisGroup running, @Nullable RaftConfiguration members, String refusal) {
    ClusterFile known = cluster.isCompletedExceptionally() ? null : cluster.getNow(null);
    List<QuorumMember> voters = known == null ? List.of() : known.voters();
    List<QuorumMember> listeners = List.of();
    if (members != null) {
      voters = PeerNames.members(members.getCurrentPeers());
      listeners = PeerNames.members(members.getCurrentPeers(RaftPeerRole.LISTENER));
    }
    return new Answer(
        Optional.ofNullable(known).map(ClusterFile::clusterId),
        self,
        running != null && running.node().isReadyLeader(),
        voters,
        listeners,
        refusal);
  }
}
