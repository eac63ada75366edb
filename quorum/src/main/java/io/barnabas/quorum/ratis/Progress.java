package io.barnabas.quorum.ratis;

import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.world.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/** How far the members are, as this node sees it if it leads. Safe for use by any thread. */
final class Progress {
  private final RaftNode node;
  private final QuorumMember self;
  private final Clock clock;
  private final int electionTimeoutMaxMs;
  private final Map<RaftPeerId, Long> caughtUpMs = new ConcurrentHashMap<>();

  Progress(RaftNode node, QuorumMember self, Clock clock, int electionTimeoutMaxMs) {
    this.node = node;
    this.self = self;
    this.clock = clock;
    this.electionTimeoutMaxMs = electionTimeoutMaxMs;
  }

  /**
   * What the leader knows of a follower.
   *
   * @param matchIndex the last Raft entry that it is known to have
   * @param silentMs since its last answer
   */
  private record Follower(long matchIndex, long silentMs) {}

  private Map<RaftPeerId, Follower> followers() {
    RaftServer.Division division = node.division();
    return division == null ? Map.of() : followers(division);
  }

  /** The last Raft entry that a follower is known to have, -1 if nothing is. */
  static long matchIndex(RaftServer.Division division, RaftPeerId id) {
    Follower follower = followers(division).get(id);
    return follower == null ? -1 : follower.matchIndex();
  }

  private static Map<RaftPeerId, Follower> followers(RaftServer.Division division) {
    Map<RaftPeerId, Follower> followers = new HashMap<>();
    if (!division.getInfo().isLeader()) {
      return followers;
    }
    RoleInfoProto role = division.getInfo().getRoleInfoProto();
    long[] matches = division.getInfo().getFollowerMatchIndices();
    List<ServerRpcProto> infos = role.getLeaderInfo().getFollowerInfoList();
    // Both go through the same senders; if these have changed in between, it is known next time.
    if (matches != null && matches.length == infos.size()) {
      for (int i = 0; i < matches.length; i++) {
        followers.put(
            RaftPeerId.valueOf(infos.get(i).getId().getId()),
            new Follower(matches[i], infos.get(i).getLastRpcElapsedTimeMs()));
      }
    }
    return followers;
  }

  /**
   * Whether this node leads and nothing is sent to some member any more. When a change of members
   * fails, Ratis ends what it sends to all that it does not take for caught up, and it never takes
   * a listener that was added at run time for that.
   */
  boolean isMemberForgotten() {
    RaftServer.Division division = node.division();
    if (division == null || !node.isReadyLeader()) {
      return false;
    }
    RaftConfiguration members = division.getRaftConf();
    Set<RaftPeerId> served = new HashSet<>();
    for (ServerRpcProto info :
        division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList()) {
      served.add(RaftPeerId.valueOf(info.getId().getId()));
    }
    return members.getPreviousPeers().isEmpty()
        && Stream.concat(
                members.getCurrentPeers().stream(),
                members.getCurrentPeers(RaftPeerRole.LISTENER).stream())
            .map(RaftPeer::getId)
            .anyMatch(id -> !id.equals(node.id()) && !served.contains(id));
  }

  /** To be called every now and then: remembers who has caught up. */
  void observe() {
    RaftServer.Division division = node.division();
    if (division == null || !division.getInfo().isLeader()) {
      caughtUpMs.clear();
      return;
    }
    long committed = division.getRaftLog().getLastCommittedIndex();
    long nowMs = clock.wallTimeMillis();
    Map<RaftPeerId, Follower> followers = followers();
    caughtUpMs.keySet().retainAll(followers.keySet());
    followers.forEach(
        (id, follower) -> {
          if (follower.matchIndex() >= committed && follower.silentMs() <= electionTimeoutMaxMs) {
            caughtUpMs.put(id, nowMs - follower.silentMs());
          }
        });
  }

  /** Whether a member answers, and lacks at most what was committed just now. */
  boolean isCaughtUp(QuorumMember member) {
    Follower follower = followers().get(PeerNames.peerId(member));
    RaftServer.Division division = node.division();
    return follower != null
        && division != null
        && follower.silentMs() <= electionTimeoutMaxMs
        && follower.matchIndex() + 100 >= division.getRaftLog().getLastCommittedIndex();
  }

  /** Whether a member has answered in the last seconds. */
  boolean isReachable(QuorumMember member) {
    Follower follower = followers().get(PeerNames.peerId(member));
    return follower != null && follower.silentMs() <= 10L * electionTimeoutMaxMs;
  }

  QuorumStatus status(Leadership leadership, @Nullable QuorumStateMachine machine, long index) {
    RaftServer.Division division = node.division();
    if (division == null || machine == null) {
      return new QuorumStatus(leadership, index, List.of(), List.of());
    }
    QuorumStateMachine.Settled members = machine.settled();
    if (members == null) {
      members =
          new QuorumStateMachine.Settled(
              PeerNames.members(division.getRaftConf().getCurrentPeers()),
              PeerNames.members(division.getRaftConf().getCurrentPeers(RaftPeerRole.LISTENER)));
    }
    Map<RaftPeerId, Follower> followers = followers();
    return new QuorumStatus(
        leadership,
        index,
        progress(members.voters(), followers, machine, index),
        progress(members.listeners(), followers, machine, index));
  }

  private List<QuorumStatus.Progress> progress(
      List<QuorumMember> members,
      Map<RaftPeerId, Follower> followers,
      QuorumStateMachine machine,
      long index) {
    long nowMs = clock.wallTimeMillis();
    List<QuorumStatus.Progress> progress = new ArrayList<>();
    for (QuorumMember member : members) {
      Follower follower = followers.get(PeerNames.peerId(member));
      if (PeerNames.same(member, self)) {
        progress.add(new QuorumStatus.Progress(self, index, nowMs, nowMs));
      } else if (follower == null || follower.matchIndex() < 0) {
        progress.add(new QuorumStatus.Progress(member, -1, -1, -1));
      } else {
        progress.add(
            new QuorumStatus.Progress(
                member,
                machine.ownIndex(follower.matchIndex()),
                nowMs - follower.silentMs(),
                caughtUpMs.getOrDefault(PeerNames.peerId(member), -1L)));
      }
    }
    return progress;
  }
}
