package io.barnabas.quorum.simulated;

import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.world.Randomness;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The quorum of a simulated cluster: what all its nodes have together. Between nodes whose machines
 * are not connected nothing gets through; what a machine that crashes had not forced may be lost.
 * Deterministic for a seed of the world.
 */
public final class SimulatedQuorum {
  private record Key(int nodeId, UUID directoryId) {
    static Key of(QuorumMember member) {
      return new Key(member.nodeId(), member.directoryId());
    }
  }

  private final SimulatedWorld world;
  private final SimulatedQuorumOptions options;
  private final Randomness random;
  private final Map<Key, Member> members = new LinkedHashMap<>();
  private List<Member> voters = new ArrayList<>();

  /**
   * A quorum to which nothing has happened yet.
   *
   * @param voters 1 to {@link Quorum#MAX_VOTERS} of them
   */
  public SimulatedQuorum(
      SimulatedWorld world, SimulatedQuorumOptions options, List<QuorumMember> voters) {
    if (voters.isEmpty() || voters.size() > Quorum.MAX_VOTERS) {
      throw new IllegalArgumentException(voters.size() + " voters");
    }
    this.world = world;
    this.options = options;
    random = world.randomness();
    voters.forEach(voter -> this.voters.add(member(voter)));
  }

  /**
   * The next life of a node on a machine. One that is no voter only listens.
   *
   * @throws IllegalStateException if its last life has neither been closed nor crashed
   */
  public Quorum open(SimulatedMachine machine, QuorumMember self) {
    Member member = member(self);
    NodeQuorum last = member.life;
    if (last != null && !last.hasEnded()) {
      throw new IllegalStateException("Node %d runs already".formatted(self.nodeId()));
    }
    if (last != null && !last.wasClosed()) {
      member.crashed(random.nextInt(3));
    }
    NodeQuorum life = new NodeQuorum(this, machine, member);
    member.life = life;
    return life;
  }

  /** The node that leads; of several that believe so, the one that does. */
  public OptionalInt leader() {
    return leading().map(Member::nodeId).map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  /** All nodes that believe that they lead. */
  public List<Integer> believedLeaders() {
    return leaders().map(Member::nodeId).toList();
  }

  /**
   * Has a node ask for votes now, although a leader may be there.
   *
   * @return whether it leads now: not if it does not run, has no vote, has not all entries that a
   *     majority has, or does not reach one
   */
  public boolean elect(int nodeId) {
    return voters.stream()
        .filter(voter -> voter.nodeId() == nodeId)
        .flatMap(voter -> voter.running().stream())
        .anyMatch(life -> life.campaign(true));
  }

  /** How many entries of this node have taken effect and are committed, as far as it knows. */
  public long committed(int nodeId) {
    return members.values().stream()
        .filter(member -> member.nodeId() == nodeId)
        .mapToLong(member -> member.log.indexAt(member.committed))
        .max()
        .orElse(0);
  }

  /**
   * A node's disk takes in nothing of the quorum from now on: it hears who leads, but no entry
   * takes effect there, not even one that it proposed, and it votes for nobody.
   */
  public void hang(int nodeId) {
    of(nodeId).forEach(member -> member.hangs = true);
  }

  /** A node's disk answers again. */
  public void heal(int nodeId) {
    of(nodeId)
        .forEach(
            member -> {
              member.hangs = false;
              member.running().ifPresent(NodeQuorum::force);
            });
  }

  private Stream<Member> of(int nodeId) {
    return members().stream().filter(member -> member.nodeId() == nodeId);
  }

  private Stream<Member> leaders() {
    return members.values().stream()
        .filter(member -> member.running().filter(NodeQuorum::leads).isPresent());
  }

  private Optional<Member> leading() {
    return leaders().max(Comparator.comparingInt(member -> member.term));
  }

  // --- what the members use

  private Member member(QuorumMember identity) {
    return members.computeIfAbsent(Key.of(identity), key -> new Member(identity));
  }

  Optional<Member> known(QuorumMember identity) {
    return Optional.ofNullable(members.get(Key.of(identity)));
  }

  SimulatedQuorumOptions options() {
    return options;
  }

  List<Member> voters() {
    return voters;
  }

  void voters(List<Member> newVoters) {
    voters = List.copyOf(newVoters);
  }

  List<Member> members() {
    return List.copyOf(members.values());
  }

  /** Whether these are more than half of the voters. */
  boolean isMajority(long some) {
    return some > voters.size() / 2;
  }

  /** Whether both run, and messages get from one to the other. */
  boolean areConnected(NodeQuorum a, NodeQuorum b) {
    return a.isRunning()
        && b.isRunning()
        && world.areConnected(a.machine().name(), b.machine().name());
  }

  boolean oneIn(int n) {
    return n > 0 && random.nextInt(n) == 0;
  }

  long pick(DelayRange range) {
    return range.minNanos()
        + Math.floorMod(random.nextLong(), range.maxNanos() - range.minNanos() + 1);
  }

  int pickUpTo(int most) {
    return random.nextInt(most + 1);
  }
}
