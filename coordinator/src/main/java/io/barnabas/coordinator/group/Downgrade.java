package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.group.ClassicGroup.State;
import java.util.Optional;
import org.pcollections.HashTreePSet;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * A consumer group becomes a classic one when the last member has gone that spoke the consumer
 * protocol. The others join anew.
 */
final class Downgrade {
  private final GroupLimits limits;
  private final ConsumerLimits consumers;
  private final Rebalance rebalance;

  Downgrade(GroupLimits limits, ConsumerLimits consumers, Rebalance rebalance) {
    this.limits = limits;
    this.consumers = consumers;
    this.rebalance = rebalance;
  }

  /**
   * Whether a group has members that speak the classic protocol, no others, and may change. Not
   * before the topics have been looked at since this was loaded, as what members have could not be
   * told by name; as soon as one of them joins, they are.
   */
  boolean isDue(ConsumerGroup group) {
    return consumers.migration().isDown()
        && group.looked().isPresent()
        && !group.members().isEmpty()
        && group.members().size() <= limits.maxSize()
        && group.members().values().stream().allMatch(ConsumerMember::isClassic);
  }

  /** Makes it a classic group that is about to rebalance. */
  void carryOut(Step step, ConsumerGroup group) {
    ClassicGroup classic = classic(step, group);
    step.forget(group.id());
    step.store(classic);
    for (ClassicMember member : classic.members().values()) {
      step.cancel(Step.REVOKE, group.id(), member.id());
      step.cancel(Step.REJOIN, group.id(), member.id());
      step.cancel(Step.RESYNC, group.id(), member.id());
      step.heard(classic, member);
    }
    rebalance.begin(step, classic);
  }

  private static ClassicGroup classic(Step step, ConsumerGroup group) {
    PSortedMap<String, ClassicMember> members = TreePMap.empty();
    for (ConsumerMember member : group.members().values()) {
      members = members.plus(member.id(), classic(group, member));
    }
    ClassicGroup unled =
        new ClassicGroup(
            group.id(),
            State.STABLE,
            Optional.of(ConsumerGroup.TYPE),
            group.epoch(),
            Optional.empty(),
            members.keySet().stream().findFirst(),
            members,
            HashTreePSet.empty(),
            HashTreePSet.empty(),
            Optional.empty(),
            step.nowMs());
    return unled.withProtocol(unled.chooseProtocol());
  }

  private static ClassicMember classic(ConsumerGroup group, ConsumerMember member) {
    MemberMetadata said = member.metadata();
    MemberMetadata.Classic classic = said.classic().orElseThrow();
    Bytes assignment =
        group
            .looked()
            .map(
                looked ->
                    ClassicSubscription.assignment(
                        member.current().assigned().keySet(), classic.protocols(), looked.image()))
            .orElse(Bytes.EMPTY);
    return new ClassicMember(
        member.id(),
        said.instanceId(),
        said.clientId(),
        said.clientHost(),
        said.rebalanceTimeoutMs(),
        classic.sessionTimeoutMs(),
        classic.protocols(),
        assignment,
        false,
        ClassicMember.NOBODY,
        ClassicMember.NOBODY);
  }
}
