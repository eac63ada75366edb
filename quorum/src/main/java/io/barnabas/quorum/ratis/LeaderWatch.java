package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Kind;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import io.barnabas.world.Clock;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.ProtoUtils;
import org.jspecify.annotations.Nullable;

/**
 * Notices at once that the leader's process has ended, where Raft waits for its silence: a call to
 * the leader stays open, and when it breaks and nobody listens at the leader's address any more,
 * this voter stands for election without waiting. A leader that this node could never reach is not
 * judged. Of several voters the one whose log ends last goes first, for the others would not be
 * elected by it, and of equals the one with the lowest id; the others go a little later if it has
 * not been elected by then. That is no more than an election that comes early: who wins needs the
 * votes of a majority, as ever. It does without asking first whether others hear the leader, so
 * nothing may rest on their silence (no reading by lease). Of the keeper's thread, but for what the
 * calls report.
 */
final class LeaderWatch {
  /** An election is over by then, if all goes well. A vote that is split costs more than this. */
  private static final long TURN_NANOS = 400_000_000L;

  private static final long REACHABLE_TIMEOUT_MS = 500;

  /** On a busy node, or the first time, an answer takes long; standing too early costs more. */
  private static final long LOG_END_TIMEOUT_MS = 500;

  private static final int MAX_ATTEMPTS = 10;

  /** A call that breaks though the leader is there is not made again at once. */
  private static final long AGAIN_NANOS = 1_000_000_000L;

  private final QuorumMember self;
  private final Lobby lobby;
  private final Clock clock;

  /** How the call ended. */
  private enum End {
    NONE,
    /** Nobody listens at the leader's address. */
    GONE,
    /** The leader may be there. */
    BROKEN
  }

  /** One leader in one term, and the call to it. */
  private static final class Watched {
    private final RaftPeerId leader;
    private final long term;
    private Lobby.@Nullable Watch call;

    private volatile End end = End.NONE;
    private volatile long endNanos;

    /** How many others go before this node; not asked yet while it is null. */
    private @Nullable CompletableFuture<Integer> others;

    /** Whether this node stood for election because the leader was gone. */
    private boolean stood;

    Watched(RaftPeerId leader, long term) {
      this.leader = leader;
      this.term = term;
    }
  }

  private @Nullable Watched watched;

  LeaderWatch(QuorumMember self, Lobby lobby, Clock clock) {
    this.self = self;
    this.lobby = lobby;
    this.clock = clock;
  }

  /** To be called every now and then, and whenever the group has news. */
  void look(RatisGroup kept, RaftServer.Division division) {
    RaftPeerId leader = division.getInfo().getLeaderId();
    long term = division.getInfo().getCurrentTerm();
    boolean stands = division.getInfo().getCurrentRole() == RaftPeerRole.FOLLOWER;
    Watched now = watched;
    if (leader == null || !stands || leader.equals(kept.node().id())) {
      end();
      return;
    }
    if (now == null || !now.leader.equals(leader) || now.term != term) {
      end();
      begin(kept, division, leader, term);
      return;
    }
    long sinceNanos = clock.nanoTime() - now.endNanos;
    if (now.end == End.BROKEN && sinceNanos >= AGAIN_NANOS) {
      begin(kept, division, leader, term);
    } else if (now.end == End.GONE
        && !now.stood
        && sinceNanos >= othersFirst(kept, division, now) * TURN_NANOS) {
      now.stood = true;
      RatisGroup.LOG.info("Node {} leads no more: it has ended", PeerNames.nodeId(leader));
      stand(division, leader);
    }
  }

  private void begin(RatisGroup kept, RaftServer.Division division, RaftPeerId leader, long term) {
    var peer = division.getRaftConf().getPeer(leader, RaftPeerRole.FOLLOWER);
    if (peer == null) {
      return;
    }
    QuorumMember member = PeerNames.member(peer);
    Watched begun = new Watched(leader, term);
    begun.call =
        lobby.watch(
            member.host(),
            member.port(),
            wasOpen -> {
              if (wasOpen) {
                checkReachable(kept, begun, member, 1);
              } else {
                ended(kept, begun, End.BROKEN);
              }
            });
    watched = begun;
  }

  private void ended(RatisGroup kept, Watched watched, End end) {
    watched.endNanos = clock.nanoTime();
    watched.end = end;
    kept.wake();
  }

  /**
   * A connection that breaks says little if another one can be made. One that is made while the
   * process ends breaks as well, and is tried again.
   */
  private void checkReachable(RatisGroup kept, Watched broken, QuorumMember member, int attempt) {
    var _ =
        lobby
            .ask(member.host(), member.port(), greeting(kept), REACHABLE_TIMEOUT_MS)
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    ended(kept, broken, End.BROKEN);
                  } else if (Lobby.isRefusedConnection(failure)) {
                    ended(kept, broken, End.GONE);
                  } else if (attempt < MAX_ATTEMPTS && !Lobby.isLate(failure)) {
                    checkReachable(kept, broken, member, attempt + 1);
                  } else {
                    ended(kept, broken, End.BROKEN);
                  }
                });
  }

  /** How many others go before this node; more than there can be as long as that is not known. */
  private int othersFirst(RatisGroup kept, RaftServer.Division division, Watched gone) {
    CompletableFuture<Integer> asked = gone.others;
    if (asked == null) {
      asked = askOthers(kept, division, gone.leader);
      gone.others = asked;
      var _ = asked.thenRun(kept::wake);
    }
    return asked.getNow(Integer.MAX_VALUE);
  }

  private CompletableFuture<Integer> askOthers(
      RatisGroup kept, RaftServer.Division division, RaftPeerId gone) {
    LogEnd own = LogEnd.of(division);
    CompletableFuture<Integer> count = CompletableFuture.completedFuture(0);
    for (QuorumMember voter : PeerNames.members(division.getRaftConf().getCurrentPeers())) {
      if (voter.nodeId() != self.nodeId() && !PeerNames.peerId(voter).equals(gone)) {
        CompletableFuture<Integer> one =
            lobby
                .ask(voter.host(), voter.port(), greeting(kept), LOG_END_TIMEOUT_MS)
                .handle((answer, failure) -> goesFirst(voter, answer, failure, own) ? 1 : 0);
        count = count.thenCombine(one, Integer::sum);
      }
    }
    return count;
  }

  /** One that does not tell in time counts as if its log ended where this node's does. */
  private boolean goesFirst(
      QuorumMember other, @Nullable Answer answer, @Nullable Throwable failure, LogEnd own) {
    if (failure != null && Lobby.isRefusedConnection(failure)) {
      return false;
    }
    int order = answer == null ? 0 : answer.logEnd().compareTo(own);
    return order > 0 || (order == 0 && other.nodeId() < self.nodeId());
  }

  private Question greeting(RatisGroup kept) {
    return new Question(Kind.GREET, Optional.of(kept.cluster().clusterId()), self, false);
  }

  /** As if the leader had handed over to this node, which Ratis believes only of its own term. */
  private static void stand(RaftServer.Division division, RaftPeerId leader) {
    TermIndex last = division.getRaftLog().getLastEntryTermIndex();
    if (last == null) {
      return;
    }
    try {
      var _ =
          division
              .getRaftServer()
              .startLeaderElection(
                  StartLeaderElectionRequestProto.newBuilder()
                      .setServerRequest(
                          RaftRpcRequestProto.newBuilder()
                              .setRequestorId(leader.toByteString())
                              .setReplyId(division.getId().toByteString())
                              .setRaftGroupId(
                                  ProtoUtils.toRaftGroupIdProtoBuilder(
                                      division.getGroup().getGroupId())))
                      .setLeaderLastEntry(last.toProto())
                      .build());
    } catch (IOException e) {
      RatisGroup.LOG.info("Not elected early: {}", e.getMessage());
    }
  }

  /** Watches nobody. */
  void end() {
    Watched now = watched;
    watched = null;
    if (now != null) {
      Objects.requireNonNull(now.call).cancel();
    }
  }
}
