package io.barnabas.quorum.ratis;

import io.barnabas.quorum.MembershipException;
import io.barnabas.quorum.MembershipException.Reason;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.world.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.util.JavaUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the members, carried out by the leader, one at a time. Each is one change of Raft's
 * configuration, made only if nobody else has changed it meanwhile. Calls wait until the change is
 * committed.
 *
 * <p>In no change is one a voter before and a listener after it, or the other way round: while such
 * a change is under way, whoever is elected cannot lead, since Ratis means to send to it as both
 * and fails at that (3.3.0). So between the two it is no member at all. Who has lost its vote, or
 * is left between the two when a leader ends, asks to follow (see {@link Keeper}).
 *
 * <p>A leader may keep sending to one that is no member any more: if its sender fails while the
 * member is taken out, Ratis starts it again (3.3.0). From then on it fails at having that one as a
 * member, and, as that change is never taken back, at any other. The next leader is free of that,
 * so this one hands over, or begins anew if there is no other voter.
 */
final class Members {
  private static final Logger LOG = LoggerFactory.getLogger(RatisQuorum.class);

  /**
   * A new member that restarts while it is brought up may leave the change under way for ever, and
   * no other can be begun. Longer than sending it the cluster's state takes.
   */
  private static final long CHANGE_LIMIT_NANOS = 60_000_000_000L;

  private final RaftNode node;
  private final Progress progress;
  private final Supplier<RatisGroup> group;
  private final ClientId clientId = ClientId.randomId();
  private final ReentrantLock changing = new ReentrantLock();

  // While changing.
  private long lastCallId;
  private boolean stuck;

  /**
   * Of a leader.
   *
   * @param group exists once changes are asked for
   */
  Members(RaftNode node, Progress progress, Supplier<RatisGroup> group) {
    this.node = node;
    this.progress = progress;
    this.group = group;
  }

  private record Configuration(List<QuorumMember> voters, List<QuorumMember> listeners) {
    boolean hasVoter(QuorumMember member) {
      return voters.stream().anyMatch(voter -> PeerNames.same(voter, member));
    }

    boolean hasListener(QuorumMember member) {
      return listeners.stream().anyMatch(listener -> PeerNames.same(listener, member));
    }

    Optional<QuorumMember> voter(int nodeId) {
      return voters.stream().filter(voter -> voter.nodeId() == nodeId).findFirst();
    }
  }

  /**
   * Has a node as a member: it follows, or, if it is to vote and was a voter with another
   * directory, takes that one's place as soon as it has caught up.
   */
  void join(QuorumMember member, boolean vote) throws IOException {
    begin();
    try {
      Configuration now = configuration();
      if (now.hasVoter(member)) {
        return;
      }
      checkNotRunning(now, member);
      if (!now.hasListener(member)) {
        // What the same node was before, with another disk, is no more.
        List<QuorumMember> listeners =
            new ArrayList<>(without(now.listeners(), other -> other.nodeId() == member.nodeId()));
        listeners.add(member);
        change(now, new Configuration(now.voters(), listeners));
      } else if (vote && now.voter(member.nodeId()).isPresent()) {
        promote(now, member);
      }
    } finally {
      changing.unlock();
    }
  }

  /**
   * Two machines with one node id would take each other's place for ever. At one address there is
   * only one of them, which answers for what it was with its former disk as well.
   */
  private void checkNotRunning(Configuration now, QuorumMember member) throws MembershipException {
    Stream<QuorumMember> sameNode =
        Stream.concat(now.voters().stream(), now.listeners().stream())
            .filter(
                other ->
                    other.nodeId() == member.nodeId()
                        && (other.port() != member.port() || !other.host().equals(member.host())));
    Optional<QuorumMember> running = sameNode.filter(progress::isReachable).findFirst();
    if (running.isPresent()) {
      throw new MembershipException(
          Reason.NOT_NOW,
          ("Another node %d, at %s:%d with directory id %s, is running or was until a moment ago;"
                  + " each node needs a node.id of its own")
              .formatted(
                  member.nodeId(),
                  running.get().host(),
                  running.get().port(),
                  running.get().directoryId()));
    }
  }

  /** As {@link Quorum#addVoter}. */
  void addVoter(QuorumMember member) throws IOException {
    begin();
    try {
      Configuration now = configuration();
      if (now.hasVoter(member)) {
        throw new MembershipException(
            Reason.DUPLICATE_VOTER, "Node %d is a voter already".formatted(member.nodeId()));
      }
      promote(now, member);
    } finally {
      changing.unlock();
    }
  }

  private void promote(Configuration now, QuorumMember member) throws IOException {
    Optional<QuorumMember> replaced = now.voter(member.nodeId());
    if (replaced.isEmpty() && now.voters().size() >= Quorum.MAX_VOTERS) {
      throw new MembershipException(
          Reason.BOUNDS, "There are %d voters already".formatted(now.voters().size()));
    }
    Optional<QuorumMember> follower =
        now.listeners().stream().filter(listener -> PeerNames.same(listener, member)).findFirst();
    if (follower.isEmpty()) {
      throw new MembershipException(
          Reason.NOT_NOW,
          "Node %d with directory id %s does not follow the quorum yet"
              .formatted(member.nodeId(), member.directoryId()));
    }
    if (!progress.isCaughtUp(follower.get())) {
      throw new MembershipException(
          Reason.NOT_NOW, "Node %d has not caught up yet".formatted(member.nodeId()));
    }
    List<QuorumMember> voters =
        new ArrayList<>(without(now.voters(), voter -> voter.nodeId() == member.nodeId()));
    voters.add(follower.get());
    Configuration between =
        new Configuration(
            now.voters(), without(now.listeners(), listener -> PeerNames.same(listener, member)));
    change(now, between);
    change(between, new Configuration(voters, between.listeners()));
  }

  /**
   * As {@link Quorum#removeVoter}, of another node than this one. If it runs, it asks to follow
   * from then on.
   */
  void removeVoter(int nodeId, UUID directoryId) throws IOException {
    begin();
    try {
      Configuration now = configuration();
      QuorumMember removed = existing(now, nodeId, directoryId);
      change(
          now,
          new Configuration(
              without(now.voters(), voter -> PeerNames.same(voter, removed)), now.listeners()));
    } finally {
      changing.unlock();
    }
  }

  /** Fails if there is no such voter, or if it is the last one. */
  QuorumMember existing(int nodeId, UUID directoryId) throws IOException {
    return existing(configuration(), nodeId, directoryId);
  }

  private static QuorumMember existing(Configuration now, int nodeId, UUID directoryId)
      throws MembershipException {
    QuorumMember voter =
        now.voter(nodeId)
            .filter(found -> found.directoryId().equals(directoryId))
            .orElseThrow(
                () ->
                    new MembershipException(
                        Reason.VOTER_NOT_FOUND,
                        "Node %d with directory id %s is no voter".formatted(nodeId, directoryId)));
    if (now.voters().size() == 1) {
      throw new MembershipException(Reason.BOUNDS, "Node %d is the only voter".formatted(nodeId));
    }
    return voter;
  }

  private void begin() throws IOException {
    if (!node.isReadyLeader()) {
      throw new NotLeadingException("This node does not lead the quorum");
    }
    if (!changing.tryLock()) {
      throw new MembershipException(
          Reason.NOT_NOW, "Another change of the quorum's members is under way");
    }
  }

  private Configuration configuration() throws IOException {
    RaftConfiguration raft = node.configuration();
    if (raft == null || !raft.getPreviousPeers().isEmpty()) {
      throw new MembershipException(
          Reason.NOT_NOW, "Another change of the quorum's members is under way");
    }
    return new Configuration(
        PeerNames.members(raft.getCurrentPeers()),
        PeerNames.members(raft.getCurrentPeers(RaftPeerRole.LISTENER)));
  }

  private static List<QuorumMember> without(
      List<QuorumMember> members, Predicate<QuorumMember> dropped) {
    return members.stream().filter(dropped.negate()).toList();
  }

  private void change(Configuration from, Configuration to) throws IOException {
    SetConfigurationRequest.Arguments arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setServersInCurrentConf(peers(from.voters(), RaftPeerRole.FOLLOWER))
            .setListenersInCurrentConf(peers(from.listeners(), RaftPeerRole.LISTENER))
            .setServersInNewConf(peers(to.voters(), RaftPeerRole.FOLLOWER))
            .setListenersInNewConf(peers(to.listeners(), RaftPeerRole.LISTENER))
            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
            .build();
    RaftClientReply reply;
    Clock.Timer limit = group.get().restartIn(CHANGE_LIMIT_NANOS);
    try {
      reply =
          node.server()
              .setConfigurationAsync(
                  new SetConfigurationRequest(
                      clientId,
                      node.id(),
                      java.util.Objects.requireNonNull(node.division()).getGroup().getGroupId(),
                      ++lastCallId,
                      arguments))
              .join();
    } catch (CompletionException e) {
      throw refusal(JavaUtils.unwrapCompletionException(e));
    } catch (RuntimeException e) {
      throw refusal(e);
    } finally {
      limit.cancel();
    }
    if (!reply.isSuccess()) {
      throw refusal(reply.getException());
    }
    stuck = false;
  }

  private IOException refusal(Throwable failure) {
    if (failure instanceof ReconfigurationInProgressException) {
      return new MembershipException(
          Reason.NOT_NOW, "Another change of the quorum's members is under way");
    }
    if (failure instanceof ReconfigurationTimeoutException) {
      return new MembershipException(
          Reason.NOT_NOW, "The new member cannot be reached, or does not catch up");
    }
    if (failure instanceof SetConfigurationException) {
      return new MembershipException(
          Reason.NOT_NOW, "The members have changed meanwhile, or too many would change at once");
    }
    if (failure instanceof NotLeaderException) {
      return new IOException("This node stopped to lead before the change was known", failure);
    }
    if (failure instanceof RuntimeException defect) {
      return new MembershipException(Reason.NOT_NOW, leadNoLonger(defect));
    }
    return new IOException("The change of members failed: " + failure.getMessage(), failure);
  }

  /** What is to be said of that. */
  private String leadNoLonger(RuntimeException failure) {
    if (stuck) {
      LOG.info("The quorum's members can still not be changed: {}", failure.getMessage());
    } else {
      LOG.warn("The quorum's members cannot be changed by this leader any more", failure);
    }
    stuck = true;
    RaftConfiguration members = node.configuration();
    if (members != null && members.getCurrentPeers().size() == 1) {
      group.get().restartSoon();
      return "This leader could not change the members, and begins anew";
    }
    return group.get().handOver()
        ? "This leader could not change the members, and leads no longer"
        : "This leader cannot change the members, and no other voter is ready to lead";
  }

  private static List<RaftPeer> peers(List<QuorumMember> members, RaftPeerRole role) {
    return members.stream().map(member -> PeerNames.peer(member, role)).toList();
  }
}
