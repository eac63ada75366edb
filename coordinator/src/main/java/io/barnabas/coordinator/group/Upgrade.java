package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.CurrentAssignment.State;
import io.barnabas.metadata.ClusterImage;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * A classic group becomes one of the consumer protocol when the first member comes that speaks it.
 * Its other members stay, with what they have, and go on in the classic protocol.
 */
final class Upgrade {
  private final ConsumerLimits limits;

  Upgrade(ConsumerLimits limits) {
    this.limits = limits;
  }

  /** The group in the other protocol; empty if it must stay as it is. */
  Optional<ConsumerGroup> upgraded(Step step, ClassicGroup classic, ClusterImage image) {
    if (classic.isVacant()) {
      step.forget(classic.id());
      return Optional.of(ConsumerGroup.empty(classic.id()));
    }
    boolean allAreConsumers =
        classic.isConsumerGroup()
            && classic.members().values().stream()
                .allMatch(member -> ClassicSubscription.of(member.protocols()).isPresent());
    if (!limits.migration().isUp()
        || !allAreConsumers
        || classic.members().size() > limits.maxSize()) {
      return Optional.empty();
    }
    return Optional.of(carryOut(step, classic, image));
  }

  private static ConsumerGroup carryOut(Step step, ClassicGroup classic, ClusterImage image) {
    step.forget(classic.id());
    int epoch = classic.generation();
    ConsumerGroup group = ConsumerGroup.empty(classic.id()).in(epoch, 0).assigned(epoch, 0);
    Set<PartitionId> taken = new HashSet<>();
    for (ClassicMember member : classic.members().values()) {
      step.refuseJoin(member, member.id(), Errors.REBALANCE_IN_PROGRESS);
      step.refuseSync(member, Errors.REBALANCE_IN_PROGRESS);
      SortedMap<PartitionId, Integer> assigned = new TreeMap<>();
      for (PartitionId partition : ClassicSubscription.assigned(member.assignment(), image)) {
        if (taken.add(partition)) {
          assigned.put(partition, epoch);
        }
      }
      ConsumerMember as =
          new ConsumerMember(
              member.id(),
              metadata(member),
              new CurrentAssignment(epoch, epoch, State.STABLE, assigned, new TreeMap<>()));
      NavigableSet<PartitionId> target = new TreeSet<>(assigned.keySet());
      group = group.with(as).withTarget(as.id(), target);
      group = step.write(group, ConsumerRecords.member(group.id(), as));
      group = step.write(group, ConsumerRecords.target(group.id(), as.id(), target));
      group = step.write(group, ConsumerRecords.current(group.id(), as));
      step.timer(Step.SESSION, group.id(), as.id(), member.sessionTimeoutMs());
    }
    group = group.in(epoch, ConsumerTargets.hash(group.topics(), image));
    group = step.write(group, ConsumerRecords.epoch(group));
    return step.write(group, ConsumerRecords.targetEpoch(group));
  }

  private static MemberMetadata metadata(ClassicMember member) {
    return new MemberMetadata(
        member.instanceId(),
        Optional.empty(),
        member.clientId(),
        member.clientHost(),
        new TreeSet<>(ClassicSubscription.of(member.protocols()).orElseThrow().topics()),
        Optional.empty(),
        member.rebalanceTimeoutMs(),
        Optional.empty(),
        Optional.of(new MemberMetadata.Classic(member.sessionTimeoutMs(), member.protocols())));
  }
}
