package io.barnabas.quorum.ratis;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.MembershipException;
import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A quorum of several nodes, over Apache Ratis. A node listens and finds out about its cluster from
 * {@link #open} on; it replicates from {@link #start} on. Voters vote; everyone else follows
 * without a vote, and becomes a member by asking the leader.
 */
public final class RatisQuorum implements Quorum {
  private static final long CLOSE_TIMEOUT_NANOS = 10_000_000_000L;

  private final World world;
  private final RatisOptions options;
  private final QuorumMember self;
  private final Lobby lobby;
  private final Keeper keeper;
  private final Proposals proposals = new Proposals(RatisGroup.MAX_OPEN_PROPOSALS);
  private final Monitor closing;

  // Set while opening, before anyone else sees this.
  private @Nullable RaftNode node;
  private @Nullable Members members;
  private @Nullable Progress progress;

  private volatile @Nullable RatisGroup group;
  private volatile boolean closed;

  private RatisQuorum(World world, RatisOptions options) {
    this.world = world;
    this.options = options;
    self =
        new QuorumMember(options.nodeId(), options.directoryId(), options.host(), options.port());
    lobby = new Lobby(options);
    closing = world.threads().newMonitor();
    keeper = new Keeper(world, options, self, lobby, new Founding(options, self, lobby));
  }

  /**
   * Takes the port, then begins to find out which cluster this node belongs to; {@link #founded}
   * tells. Nothing is written before the port is taken.
   *
   * @throws IOException with a message for the operator: the port is taken, a certificate is not
   *     usable, or the directory is another node's or another cluster's
   */
  public static RatisQuorum open(World world, RatisOptions options) throws IOException {
    RatisQuorum quorum = new RatisQuorum(world, options);
    try {
      quorum.listen();
    } catch (IOException | RuntimeException e) {
      quorum.lobby.close();
      throw e;
    }
    quorum.keeper.start();
    return quorum;
  }

  /**
   * Whether a directory says which cluster it belongs to. It does from before {@link #founded} is
   * complete; one that did, and does not any more, has lost what its node promised to the others.
   */
  public static boolean isKnownIn(Path directory) {
    return ClusterFile.isIn(directory);
  }

  private void listen() throws IOException {
    keeper.recall();
    RaftNode listening =
        RaftNode.listen(
            options,
            self,
            Lobby.service(PeerNames.peerId(self), this::answer, this::runs),
            () -> existingGroup().newStateMachine());
    node = listening;
    progress =
        new Progress(listening, self, world.clock(), options.tuning().electionTimeoutMaxMs());
    members = new Members(listening, progress, this::existingGroup);
  }

  private boolean runs() {
    RaftNode listening = node;
    return listening != null && listening.runs();
  }

  private RatisGroup existingGroup() {
    RatisGroup current = group;
    if (current == null) {
      throw new IllegalStateException("Not started");
    }
    return current;
  }

  /**
   * The cluster's id, once this node belongs to one: at once if its directory does. Fails with an
   * {@link IOException}, whose message is for the operator, if it cannot, or if it is closed
   * before.
   */
  public CompletableFuture<UUID> founded() {
    return keeper.cluster().thenApply(ClusterFile::clusterId);
  }

  /** The cluster's id; only once {@link #founded} is complete. */
  public UUID clusterId() {
    ClusterFile cluster = keeper.cluster().getNow(null);
    if (cluster == null) {
      throw new IllegalStateException("This node does not belong to a cluster yet");
    }
    return cluster.clusterId();
  }

  /** Waits until the node belongs to a cluster. */
  @Override
  public void start(CommitListener listener) throws IOException {
    ClusterFile cluster = awaitCluster();
    RaftNode listening = node();
    RatisGroup started =
        new RatisGroup(world, options, listening, cluster, new Teller(listener), proposals);
    group = started;
    started.start();
    keeper.keep(started, progress());
  }

  private ClusterFile awaitCluster() throws IOException {
    if (group != null) {
      throw new IllegalStateException("Started before");
    }
    try {
      return keeper.cluster().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  RaftNode node() {
    RaftNode listening = node;
    if (listening == null) {
      throw new IllegalStateException("Not open");
    }
    return listening;
  }

  private Members members() {
    Members current = members;
    if (current == null) {
      throw new IllegalStateException("Not open");
    }
    return current;
  }

  private Progress progress() {
    Progress current = progress;
    if (current == null) {
      throw new IllegalStateException("Not open");
    }
    return current;
  }

  @Override
  public CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry) {
    RatisGroup current = group;
    if (current == null || closed) {
      return CompletableFuture.failedFuture(new IOException("The quorum is not running"));
    }
    if (entry.length > options.tuning().maxEntryBytes()) {
      return CompletableFuture.failedFuture(
          new NotAppendedException(
              "An entry of %d bytes; at most %d"
                  .formatted(entry.length, options.tuning().maxEntryBytes())));
    }
    return current.propose(expectedIndex, entry);
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    RatisGroup current = group;
    if (current == null || closed) {
      return CompletableFuture.failedFuture(new IOException("The quorum is not running"));
    }
    return current.readIndex();
  }

  @Override
  public Leadership leadership() {
    RatisGroup current = group;
    return current == null ? Leadership.NONE : current.leadership();
  }

  @Override
  public QuorumStatus status() {
    RatisGroup current = group;
    return current == null
        ? new QuorumStatus(Leadership.NONE, 0, java.util.List.of(), java.util.List.of())
        : progress().status(current.leadership(), current.machine(), current.index());
  }

  @Override
  public CompletableFuture<Void> addVoter(QuorumMember member) {
    return change(() -> members().addVoter(member));
  }

  @Override
  public CompletableFuture<Void> removeVoter(int nodeId, UUID directoryId) {
    return change(() -> removeVoterNow(nodeId, directoryId));
  }

  private interface Change {
    void make() throws IOException;
  }

  private CompletableFuture<Void> change(Change change) {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    RatisGroup current = group;
    if (current == null || closed || !node().isReadyLeader()) {
      outcome.completeExceptionally(new NotLeadingException("This node does not lead the quorum"));
      return outcome;
    }
    world
        .threads()
        .startPlatform(
            "barnabas-quorum-members",
            () -> {
              try {
                change.make();
                outcome.complete(null);
              } catch (IOException | RuntimeException e) {
                outcome.completeExceptionally(e);
              }
            });
    return outcome;
  }

  @Override
  public boolean handOver() {
    RatisGroup running = group;
    return running == null || running.handOver();
  }

  /** A leader that is to go hands over first, and asks the next one. */
  private void removeVoterNow(int nodeId, UUID directoryId) throws IOException {
    if (nodeId != self.nodeId() || !directoryId.equals(self.directoryId())) {
      members().removeVoter(nodeId, directoryId);
      return;
    }
    if (!node().isReadyLeader()) {
      throw new NotLeadingException("This node does not lead the quorum");
    }
    members().existing(nodeId, directoryId);
    if (!existingGroup().handOver()) {
      throw new MembershipException(
          MembershipException.Reason.NOT_NOW, "No other voter is ready to lead");
    }
    keeper.askLeaderToRemove(self);
  }

  /** On threads of gRPC, which may be held up. */
  private Answer answer(Question question) {
    String refusal = "";
    if (question.kind() != LobbyMessage.Kind.GREET) {
      refusal = carryOut(question);
    }
    return keeper.describe(group, node == null ? null : node.configuration(), refusal);
  }

  private String carryOut(Question question) {
    ClusterFile cluster = keeper.cluster().getNow(null);
    if (cluster == null || group == null || closed) {
      return "Not running yet";
    }
    if (!question.clusterId().equals(java.util.Optional.of(cluster.clusterId()))) {
      return "Another cluster";
    }
    try {
      if (question.kind() == LobbyMessage.Kind.JOIN) {
        members().join(question.member(), question.vote());
      } else {
        removeOther(question.member());
      }
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** It may have been removed when it asked before, and the answer was lost. */
  private void removeOther(QuorumMember voter) throws IOException {
    try {
      members().removeVoter(voter.nodeId(), voter.directoryId());
    } catch (MembershipException e) {
      if (e.reason() != MembershipException.Reason.VOTER_NOT_FOUND) {
        throw e;
      }
    }
  }

  /** Hands over if this node leads, and waits at most some seconds for what is on its way. */
  @Override
  public void close() throws IOException {
    closing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      closing.unlock();
    }
    boolean[] done = new boolean[1];
    world.threads().startPlatform("barnabas-quorum-close", () -> closeAll(done));
    long deadlineNanos = world.clock().nanoTime() + CLOSE_TIMEOUT_NANOS;
    closing.lock();
    try {
      while (!done[0]) {
        if (!closing.awaitUntil(deadlineNanos)) {
          break;
        }
      }
    } finally {
      closing.unlock();
    }
    RatisGroup current = group;
    if (current != null) {
      current.end();
    }
    proposals.end(new IOException("The quorum is closed"));
  }

  private void closeAll(boolean[] done) {
    try {
      keeper.close();
      RatisGroup current = group;
      if (current != null) {
        current.stop();
      }
      node().close();
      lobby.close();
    } catch (IOException | RuntimeException e) {
      RatisGroup.LOG.warn("Closing the quorum: {}", e.toString());
    } finally {
      closing.lock();
      try {
        done[0] = true;
        closing.signalAll();
      } finally {
        closing.unlock();
      }
    }
  }
}
