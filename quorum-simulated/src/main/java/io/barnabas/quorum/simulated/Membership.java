package io.barnabas.quorum.simulated;

import io.barnabas.quorum.MembershipException;
import io.barnabas.quorum.MembershipException.Reason;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The voters after a change, if the leader can have it now. */
final class Membership {
  private Membership() {}

  /** A change, decided when it is made. */
  @FunctionalInterface
  interface Change {
    /** The voters after it. */
    List<Member> voters() throws MembershipException, NotLeadingException;
  }

  static List<Member> with(SimulatedQuorum quorum, NodeQuorum leader, QuorumMember added)
      throws MembershipException, NotLeadingException {
    checkLeads(leader);
    Member member =
        quorum
            .known(added)
            .filter(known -> leader.missing(known).orElse(1) == 0)
            .orElseThrow(
                () ->
                    new MembershipException(
                        Reason.NOT_NOW, "Node %d does not follow".formatted(added.nodeId())));
    if (quorum.voters().contains(member)) {
      throw new MembershipException(
          Reason.DUPLICATE_VOTER, "Node %d is a voter".formatted(added.nodeId()));
    }
    List<Member> voters = new ArrayList<>(quorum.voters());
    voters.removeIf(voter -> voter.nodeId() == added.nodeId());
    voters.add(member);
    return checked(quorum, leader, voters);
  }

  static List<Member> without(
      SimulatedQuorum quorum, NodeQuorum leader, int nodeId, UUID directoryId)
      throws MembershipException, NotLeadingException {
    checkLeads(leader);
    List<Member> voters = new ArrayList<>(quorum.voters());
    boolean removed =
        voters.removeIf(
            voter ->
                voter.nodeId() == nodeId && voter.identity().directoryId().equals(directoryId));
    if (!removed) {
      throw new MembershipException(
          Reason.VOTER_NOT_FOUND, "There is no voter %d".formatted(nodeId));
    }
    return checked(quorum, leader, voters);
  }

  private static void checkLeads(NodeQuorum node) throws NotLeadingException {
    if (!node.isRunning() || !node.leads()) {
      throw new NotLeadingException("This node does not lead");
    }
  }

  private static List<Member> checked(
      SimulatedQuorum quorum, NodeQuorum leader, List<Member> voters) throws MembershipException {
    if (voters.isEmpty() || voters.size() > Quorum.MAX_VOTERS) {
      throw new MembershipException(
          Reason.BOUNDS, "A quorum has 1 to %d voters".formatted(Quorum.MAX_VOTERS));
    }
    if (!isFollowedByMost(quorum, leader, quorum.voters())
        || !isFollowedByMost(quorum, leader, voters)) {
      throw new MembershipException(Reason.NOT_NOW, "No majority is there");
    }
    return voters;
  }

  private static boolean isFollowedByMost(
      SimulatedQuorum quorum, NodeQuorum leader, List<Member> voters) {
    long following =
        voters.stream()
            .flatMap(voter -> voter.running().stream())
            .filter(life -> quorum.areConnected(leader, life) && life.term() <= leader.term())
            .count();
    return following > voters.size() / 2;
  }
}
