package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/** Members as Ratis knows them: a peer's id is {@code <node id>-<directory id>}. */
final class PeerNames {
  private PeerNames() {}

  static RaftPeerId peerId(QuorumMember member) {
    return RaftPeerId.valueOf(member.nodeId() + "-" + member.directoryId());
  }

  static RaftPeer peer(QuorumMember member, RaftPeerRole startupRole) {
    return RaftPeer.newBuilder()
        .setId(peerId(member))
        .setAddress(member.host() + ":" + member.port())
        .setStartupRole(startupRole)
        .build();
  }

  static QuorumMember member(RaftPeer peer) {
    String id = peer.getId().toString();
    String address = peer.getAddress();
    int dash = id.indexOf('-');
    int colon = address.lastIndexOf(':');
    return new QuorumMember(
        Integer.parseInt(id.substring(0, dash)),
        UUID.fromString(id.substring(dash + 1)),
        address.substring(0, colon),
        Integer.parseInt(address.substring(colon + 1)));
  }

  static List<QuorumMember> members(Collection<RaftPeer> peers) {
    return peers.stream()
        .map(PeerNames::member)
        .sorted(Comparator.comparingInt(QuorumMember::nodeId))
        .toList();
  }

  static int nodeId(RaftPeerId id) {
    String text = id.toString();
    return Integer.parseInt(text.substring(0, text.indexOf('-')));
  }

  static boolean same(QuorumMember a, QuorumMember b) {
    return a.nodeId() == b.nodeId() && a.directoryId().equals(b.directoryId());
  }
}
