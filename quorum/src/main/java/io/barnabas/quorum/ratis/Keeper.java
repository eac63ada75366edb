package io.barnabas.quorum.ratis;

import io.barnabas.quorum.MembershipException;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Kind;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
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

  private static final long MILLISECOND_NANOS = 1_000_000L;
  private static final long ROUND_NANOS = 100_000_000L;
  private static final long TELL_OBSTACLE_NANOS = 5_000_000_000L;

  /** So often is seen what may be seen in passing. */
  private static final int FORGOTTEN_ROUNDS = 5;

  /** A leader that is there sends many times within it. */
  private static final long FORGOTTEN_MS = 10_000;

  private static final long REMOVE_PATIENCE_NANOS = 10_000_000_000L;

  private final World world;
  private final RatisOptions options;
  private final QuorumMember self;
  private final Lobby lobby;
  private final Founding founding;
  private final Errands errands;
  private final LeaderWatch watch;
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
  private final LeaderDisk disk = new LeaderDisk();
  private int forgottenRounds;
  private boolean stoppedByOthers;

  /** Since when nobody leads, as far as this node knows. */
  private OptionalLong leaderlessNanos = OptionalLong.empty();

  private List<Integer> votersTold = List.of();

  Keeper(World world, RatisOptions options, QuorumMember self, Lobby lobby, Founding founding) {
    this.world = world;
    this.options = options;
    this.self = self;
    this.lobby = lobby;
    this.founding = founding;
    errands = new Errands(world, options, self, lobby, founding);
    watch = new LeaderWatch(self, lobby, world.clock());
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
    findCluster();
    RatisGroup kept = awaitGroup();
    if (kept == null) {
      return;
    }
    try {
      while (!isClosed()) {
        keepGroup(kept);
      }
    } catch (IOException | RuntimeException e) {
      if (!isClosed()) {
        kept.tellFailure(e instanceof IOException failure ? failure : new IOException(e));
      }
    } finally {
      watch.end();
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
          tellObstacle("Waiting for a cluster", round.obstacle());
          pause();
        }
      } catch (IOException | RuntimeException e) {
        cluster.completeExceptionally(e);
      }
    }
  }

  private void tellObstacle(String what, String obstacle) {
    long nowNanos = world.clock().nanoTime();
    if (!obstacle.equals(obstacleTold) || nowNanos - obstacleToldNanos > TELL_OBSTACLE_NANOS) {
      LOG.info("{}: {}", what, obstacle);
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
      remember(kept, progress, division);
    }
    if (division.getInfo().isLeader()) {
      leadWithDisk(kept, division);
    } else {
      disk.forget();
    }
    watch.look(kept, division);
    if (kept.leadership().leaderId().isEmpty()) {
      Optional<String> obstacle = errands.checkAgreement(kept.cluster());
      obstacle.ifPresent(text -> tellObstacle("Waiting for a leader", text));
    }
    keepRole(kept, division);
  }

  private void leadWithDisk(RatisGroup kept, RaftServer.Division division) {
    TermIndex last = division.getRaftLog().getLastEntryTermIndex();
    boolean alone = division.getRaftConf().getCurrentPeers().size() == 1;
    if (last != null
        && !alone
        && disk.hangs(
            division.getRaftLog().getFlushIndex(), last.getIndex(), world.clock().nanoTime())) {
      LOG.warn("The disk of this node, which leads the quorum, hangs: another one is to lead");
      kept.handOver();
    }
  }

  /** Whoever leads next, or anew, sends to all members. */
  private void remember(RatisGroup kept, Progress leading, RaftServer.Division division)
      throws IOException {
    forgottenRounds = leading.isMemberForgotten() ? forgottenRounds + 1 : 0;
    if (forgottenRounds < FORGOTTEN_ROUNDS) {
      return;
    }
    forgottenRounds = 0;
    LOG.info("Ratis sends nothing to a member of the quorum any more: leadership is begun anew");
    if (division.getRaftConf().getCurrentPeers().size() == 1) {
      kept.restart();
    } else if (!kept.handOver()) {
      LOG.info("No other voter is ready to lead; tried again soon");
    }
  }

  private void keepRole(RatisGroup kept, RaftServer.Division division) throws IOException {
    RaftConfiguration members = division.getRaftConf();
    boolean follows = members.getPeer(kept.node().id(), RaftPeerRole.LISTENER) != null;
    boolean votes = members.getPeer(kept.node().id(), RaftPeerRole.FOLLOWER) != null;
    RaftPeerRole role = division.getInfo().getCurrentRole();
    boolean settled = members.getPreviousPeers().isEmpty();
    if (kept.leadership().leaderId().isPresent()) {
      stoppedByOthers = false;
      leaderlessNanos = OptionalLong.empty();
    } else if (leaderlessNanos.isEmpty()) {
      leaderlessNanos = OptionalLong.of(world.clock().nanoTime());
    }
    if (division.getInfo().getLifeCycleState() == LifeCycle.State.CLOSED) {
      // It asked for votes when it had none any more.
      LOG.info("The quorum's server was stopped by the others, and starts again");
      stoppedByOthers = true;
      kept.restart();
    } else if (kept.takeRestart()) {
      LOG.info("A change of the quorum's members does not come to an end: it begins anew here");
      kept.restart();
    } else if (settled && follows && role != RaftPeerRole.LISTENER && !votes) {
      LOG.info("This node has no vote in the quorum any more, and follows from now on");
      kept.restart();
    } else if (stoppedByOthers
        || isForgotten(division, role)
        || (!votes && (!follows || members.getLogEntryIndex() < 0))) {
      join(kept, members, false);
    } else if (follows && options.namesSelf() && isVoterWithOtherDirectory(members)) {
      join(kept, members, true);
    } else if (settled && votes) {
      compareVoters(members);
    }
  }

  /** One that follows without a vote hears from the leader, or is no member any more. */
  private boolean isForgotten(RaftServer.Division division, RaftPeerRole role) {
    return role == RaftPeerRole.LISTENER
        && (isLeaderless()
            || division
                    .getInfo()
                    .getRoleInfoProto()
                    .getFollowerInfo()
                    .getLeaderInfo()
                    .getLastRpcElapsedTimeMs()
                > FORGOTTEN_MS);
  }

  /** Of a leader that it has not heard of since it started Ratis tells nothing. */
  private boolean isLeaderless() {
    return leaderlessNanos.isPresent()
        && world.clock().nanoTime() - leaderlessNanos.getAsLong()
            > FORGOTTEN_MS * MILLISECOND_NANOS;
  }

  private boolean isVoterWithOtherDirectory(RaftConfiguration members) {
    return PeerNames.members(members.getCurrentPeers()).stream()
        .anyMatch(voter -> voter.nodeId() == self.nodeId() && !PeerNames.same(voter, self));
  }

  private void join(RatisGroup kept, RaftConfiguration members, boolean vote) {
    errands
        .join(kept.cluster(), members, vote)
        .ifPresent(refusal -> tellObstacle("Not a member of the quorum yet", refusal));
  }

  /** The settings say who founds a cluster; who votes later on is the cluster's own affair. */
  private void compareVoters(RaftConfiguration members) {
    List<Integer> named =
        options.namedVoters().stream().map(QuorumMember::nodeId).sorted().toList();
    List<Integer> real =
        PeerNames.members(members.getCurrentPeers()).stream().map(QuorumMember::nodeId).toList();
    if (!real.equals(named) && !real.equals(votersTold)) {
      LOG.warn(
          "The quorum's voters are the nodes {}, but controller.quorum.voters names {}: give those"
              + " that lack it a vote (kafka-metadata-quorum add-controller), or correct the"
              + " setting",
          real,
          named);
    }
    votersTold = real;
  }

  /** Once this node has handed over. Waits for the next leader to be ready. */
  void askLeaderToRemove(QuorumMember removed) throws IOException {
    Question question =
        new Question(Kind.REMOVE, Optional.of(cluster.join().clusterId()), removed, false);
    long deadlineNanos = world.clock().nanoTime() + REMOVE_PATIENCE_NANOS;
    while (true) {
      String refusal = errands.askLeader(members(), question).join();
      if (refusal.isEmpty()) {
        return;
      }
      if (isClosed() || world.clock().nanoTime() >= deadlineNanos) {
        throw new MembershipException(
            MembershipException.Reason.NOT_NOW,
            "This node handed over, but is still a voter: " + refusal);
      }
      pause();
    }
  }

  private @Nullable RaftConfiguration members() {
    monitor.lock();
    try {
      return group == null ? null : group.node().configuration();
    } finally {
      monitor.unlock();
    }
  }

  /** What this node says of itself. */
  Answer describe(
      @Nullable RatisGroup running, @Nullable RaftConfiguration members, String refusal) {
    ClusterFile known = cluster.isCompletedExceptionally() ? null : cluster.getNow(null);
    List<QuorumMember> voters = known == null ? options.namedVoters() : known.voters();
    List<QuorumMember> listeners = List.of();
    if (members != null) {
      voters = PeerNames.members(members.getCurrentPeers());
      listeners = PeerNames.members(members.getCurrentPeers(RaftPeerRole.LISTENER));
    }
    return new Answer(
        Optional.ofNullable(known).map(ClusterFile::clusterId),
        self,
        running != null && running.node().isReadyLeader(),
        running == null ? LogEnd.NONE : LogEnd.of(running.node().division()),
        voters,
        listeners,
        refusal);
  }
}
