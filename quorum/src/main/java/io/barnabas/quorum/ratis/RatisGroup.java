package io.barnabas.quorum.ratis;

import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.ratis.Proposals.Proposal;
import io.barnabas.world.Clock;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.util.JavaUtils;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster's group on this node, running: proposals, reads, and who leads. */
final class RatisGroup implements QuorumStateMachine.Events {
  static final Logger LOG = LoggerFactory.getLogger(RatisQuorum.class);

  /** While so many are open, another one is refused. */
  static final int MAX_OPEN_PROPOSALS = 16;

  private static final long SETTLE_NANOS = 2_000_000_000L;
  private static final long HAND_OVER_MS = 1_000;
  private static final long SNAPSHOT_TIMEOUT_MS = 60_000;

  /** A leader as of a term. */
  private record Elected(RaftPeerId leader, long term) {}

  private final World world;
  private final RatisOptions options;
  private final RaftNode node;
  private final ClusterFile cluster;
  private final Teller teller;
  private final Proposals proposals;
  private final ClientId clientId = ClientId.randomId();
  private final Calls calls;
  private final Monitor monitor;

  private volatile @Nullable QuorumStateMachine machine;
  private volatile @Nullable IOException failure;
  private volatile boolean restartDue;

  // Under the monitor.
  private @Nullable Elected elected;
  private boolean news;
  private boolean stopping;

  RatisGroup(
      World world,
      RatisOptions options,
      RaftNode node,
      ClusterFile cluster,
      Teller teller,
      Proposals proposals) {
    this.world = world;
    this.options = options;
    this.node = node;
    this.cluster = cluster;
    this.teller = teller;
    this.proposals = proposals;
    calls = new Calls(world);
    monitor = world.threads().newMonitor();
  }

  /** Called by Ratis whenever the group starts. */
  StateMachine newStateMachine() {
    QuorumStateMachine created =
        new QuorumStateMachine(
            clientId,
            options.nodeId(),
            teller,
            proposals,
            this,
            options.tuning().snapshotAfterBytes());
    machine = created;
    return created;
  }

  /** Waits until all that is known here to be committed is told. */
  void start() throws IOException {
    node.begin(cluster);
    RaftServer.Division division = Objects.requireNonNull(node.division());
    long committed = division.getRaftLog().getLastCommittedIndex();
    while (failure == null
        && committed > division.getInfo().getLastAppliedIndex()
        && division.getInfo().getLifeCycleState() != LifeCycle.State.CLOSED) {
      world.threads().sleep(1_000_000);
    }
    throwFailure();
    calls.start();
  }

  private void throwFailure() throws IOException {
    IOException cause = failure;
    if (cause != null) {
      throw cause;
    }
  }

  /** As after a change of this node's role, which Ratis takes up only when it starts. */
  void restart() throws IOException {
    node.restart(cluster);
  }

  /** Has the keeper do that on its thread. */
  void restartSoon() {
    restartDue = true;
    wake();
  }

  /** The same after a while, unless it is cancelled before. */
  Clock.Timer restartIn(long nanos) {
    return world.clock().schedule(nanos, this::restartSoon);
  }

  /** Whether that was asked for since this was called last. */
  boolean takeRestart() {
    boolean due = restartDue;
    restartDue = false;
    return due;
  }

  ClusterFile cluster() {
    return cluster;
  }

  @Nullable QuorumStateMachine machine() {
    return machine;
  }

  long index() {
    return teller.index();
  }

  Leadership leadership() {
    return teller.told();
  }

  @Nullable IOException failure() {
    return failure;
  }

  RaftNode node() {
    return node;
  }

  CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry) {
    if (!teller.told().active()) {
      return CompletableFuture.failedFuture(
          new NotLeadingException("This node does not lead the quorum"));
    }
    Proposal proposal;
    try {
      proposal = proposals.add(expectedIndex);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    if (proposal == null) {
      return CompletableFuture.failedFuture(
          new NotAppendedException("Too many entries wait for the quorum"));
    }
    Message message = Message.valueOf(QuorumStateMachine.encode(expectedIndex, entry));
    calls.add(
        () -> submit(proposal, message),
        cause ->
            proposals.refused(
                proposal, new NotAppendedException(String.valueOf(cause.getMessage()))));
    return proposal.outcome();
  }

  private void submit(Proposal proposal, Message message) {
    var _ =
        request(proposal.callId(), RaftClientRequest.writeRequestType(), message)
            .whenComplete(
                (reply, thrown) -> {
                  Throwable refusal = thrown == null ? reply.getException() : thrown;
                  if (refusal != null) {
                    proposals.refused(proposal, refusal(refusal));
                  }
                });
  }

  private static IOException refusal(Throwable thrown) {
    Throwable cause = JavaUtils.unwrapCompletionException(thrown);
    if (cause instanceof ResourceUnavailableException) {
      return new NotAppendedException("Too much waits for the quorum");
    }
    return new NotLeadingException("This node does not lead the quorum: " + cause.getMessage());
  }

  CompletableFuture<Long> readIndex() {
    CompletableFuture<Long> index = new CompletableFuture<>();
    calls.add(() -> readIndex(index), index::completeExceptionally);
    return index;
  }

  private void readIndex(CompletableFuture<Long> index) {
    RaftServer.Division division = Objects.requireNonNull(node.division());
    // Alone, a leader that has not applied its term's first entry would answer too early.
    if (division.getInfo().isLeader() && !division.getInfo().isLeaderReady()) {
      index.completeExceptionally(new IOException("The leader is not ready yet"));
      return;
    }
    var _ =
        request(proposals.nextCallId(), RaftClientRequest.readRequestType(), Message.EMPTY)
            .whenComplete((reply, thrown) -> completeRead(index, reply, thrown));
  }

  private static void completeRead(
      CompletableFuture<Long> index, @Nullable RaftClientReply reply, @Nullable Throwable thrown) {
    if (reply != null && reply.isSuccess()) {
      index.complete(QuorumStateMachine.decodeIndex(reply.getMessage()));
      return;
    }
    Throwable cause = reply == null ? thrown : reply.getException();
    index.completeExceptionally(
        new IOException(
            "No leader of the quorum answers" + (cause == null ? "" : ": " + cause.getMessage()),
            cause));
  }

  private CompletableFuture<RaftClientReply> request(
      long callId, RaftClientRequest.Type type, Message message) {
    RaftServer.Division division = Objects.requireNonNull(node.division());
    try {
      return division
          .getRaftServer()
          .submitClientRequestAsync(
              RaftClientRequest.newBuilder()
                  .setClientId(clientId)
                  .setServerId(node.id())
                  .setGroupId(division.getGroup().getGroupId())
                  .setCallId(callId)
                  .setType(type)
                  .setMessage(message)
                  .build());
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void leaderChanged(RaftPeerId leader, long term) {
    wake(new Elected(leader, term));
  }

  @Override
  public void deposed() {
    wake(null);
  }

  /** Ratis itself counts entries only, however large they are. */
  @Override
  public void snapshotDue(Runnable answered) {
    calls.add(
        () -> takeSnapshot(answered),
        cause -> {
          LOG.info("No snapshot: {}", cause.getMessage());
          answered.run();
        });
  }

  private void takeSnapshot(Runnable answered) {
    RaftServer.Division division = Objects.requireNonNull(node.division());
    var _ =
        division
            .getRaftServer()
            .snapshotManagementAsync(
                SnapshotManagementRequest.newCreate(
                    clientId,
                    node.id(),
                    division.getGroup().getGroupId(),
                    proposals.nextCallId(),
                    SNAPSHOT_TIMEOUT_MS,
                    1))
            .whenComplete(
                (reply, thrown) -> {
                  answered.run();
                  Throwable cause = thrown == null ? reply.getException() : thrown;
                  if (cause != null) {
                    LOG.warn("No snapshot of the quorum's log: {}", cause.getMessage());
                  }
                });
  }

  @Override
  public void configurationChanged() {
    wake(null);
  }

  /** The keeper is to look at everything anew. */
  void wake() {
    wake(null);
  }

  private void wake(@Nullable Elected leader) {
    monitor.lock();
    try {
      if (leader != null && (elected == null || leader.term() >= elected.term())) {
        elected = leader;
      }
      news = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** Waits for something new about the leader or the members, at most for some time. */
  void awaitNews(long nanos) {
    long deadlineNanos = world.clock().nanoTime() + nanos;
    monitor.lock();
    try {
      while (!news && !stopping && monitor.awaitUntil(deadlineNanos)) {}
      news = false;
    } finally {
      monitor.unlock();
    }
  }

  /** Ratis tells of new leaders only, not that there is none; so it is asked as well. */
  void tellLeader() {
    Elected last;
    monitor.lock();
    try {
      last = elected;
      elected = null;
    } finally {
      monitor.unlock();
    }
    if (last != null) {
      teller.led(PeerNames.nodeId(last.leader()), Math.toIntExact(last.term()));
    }
    RaftServer.Division division = node.division();
    if (division != null) {
      int term = Math.toIntExact(division.getInfo().getCurrentTerm());
      if (division.getInfo().getLeaderId() == null) {
        teller.led(null, term);
      }
    }
  }

  @Override
  public void failed(IOException cause) {
    failure = cause;
    wake(null);
  }

  /** To be called by the keeper, without any of Ratis's locks. */
  void tellFailure(IOException cause) {
    failure = cause;
    LOG.error("The quorum has failed on this node: {}", cause.getMessage());
    teller.failed(cause);
    proposals.end(cause);
  }

  /**
   * Lets another voter lead, if this node leads: the one that has come furthest, or else the next.
   * Whether one does.
   */
  boolean handOver() {
    RaftServer.Division division = node.division();
    if (division == null) {
      return true;
    }
    List<RaftPeer> others =
        division.getRaftConf().getCurrentPeers().stream()
            .filter(peer -> !peer.getId().equals(node.id()))
            .sorted(
                Comparator.comparingLong(
                        (RaftPeer peer) -> Progress.matchIndex(division, peer.getId()))
                    .reversed())
            .toList();
    for (RaftPeer next : others) {
      if (!division.getInfo().isLeader() || handOverTo(division, next.getId())) {
        return true;
      }
    }
    return !division.getInfo().isLeader();
  }

  private boolean handOverTo(RaftServer.Division division, RaftPeerId next) {
    try {
      return division
          .getRaftServer()
          .transferLeadershipAsync(
              new TransferLeadershipRequest(
                  clientId,
                  node.id(),
                  division.getGroup().getGroupId(),
                  proposals.nextCallId(),
                  next,
                  HAND_OVER_MS))
          .join()
          .isSuccess();
    } catch (IOException | RuntimeException e) {
      LOG.info("Not handed over to {}: {}", next, e.getMessage());
      return false;
    }
  }

  /** Waits a little for what was proposed, then hands over. */
  void stop() {
    monitor.lock();
    try {
      stopping = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    calls.finish();
    long deadlineNanos = world.clock().nanoTime() + SETTLE_NANOS;
    while (teller.told().active()
        && proposals.anyOpen()
        && world.clock().nanoTime() < deadlineNanos) {
      world.threads().sleep(1_000_000);
    }
    if (!handOver()) {
      LOG.info("Stopping without a successor in the quorum");
    }
  }

  /** Nothing is told any more, and what was not asked of Ratis yet never is. */
  void end() {
    calls.end();
    teller.end();
  }
}
