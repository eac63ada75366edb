package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import io.barnabas.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Members of consumer groups that join in the classic protocol. None waits for others: each is told
 * its epoch as the generation, with no leader, and its share is what the coordinator assigned.
 */
final class MixedJoining {
  private final GroupLimits limits;
  private final ConsumerLimits consumers;
  private final ConsumerEpochs epochs;

  MixedJoining(GroupLimits limits, ConsumerLimits consumers, ConsumerEpochs epochs) {
    this.limits = limits;
    this.consumers = consumers;
    this.epochs = epochs;
  }

  void decide(Step step, ConsumerGroup group, GroupCommand.Join command, long waiter) {
    JoinGroupRequestData request = command.request();
    List<Protocol> protocols = protocols(request);
    Errors refusal = refusal(group, request, protocols);
    if (refusal != Errors.NONE) {
      String id = refusal == Errors.GROUP_MAX_SIZE_REACHED ? "" : request.memberId();
      step.answer(waiter, Step.refusedJoin(id, refusal));
      return;
    }
    Optional<String> instanceId = Optional.ofNullable(request.groupInstanceId());
    boolean isNewcomer = request.memberId().isEmpty();
    String prefix = instanceId.orElse(command.client().id());
    String id = isNewcomer ? prefix + "-" + command.uniquePart() : request.memberId();
    if (isNewcomer && instanceId.isEmpty() && command.needsKnownId()) {
      step.answer(waiter, Step.refusedJoin(id, Errors.MEMBER_ID_REQUIRED));
      return;
    }
    Optional<ConsumerMember> sameInstance = instanceId.flatMap(group::staticMember);
    if (sameInstance.isPresent() && !sameInstance.get().id().equals(id)) {
      if (!isNewcomer) {
        step.answer(waiter, Step.refusedJoin(id, Errors.FENCED_INSTANCE_ID));
        return;
      }
      ConsumerMembers.Found found = ConsumerMembers.replace(step, group, sameInstance.get(), id);
      join(step, found.group(), found.member(), command, waiter);
      return;
    } else if (instanceId.isPresent() && !isNewcomer && sameInstance.isEmpty()) {
      step.answer(waiter, Step.refusedJoin(id, Errors.UNKNOWN_MEMBER_ID));
      return;
    }
    join(step, group, group.member(id).orElseGet(() -> ConsumerMember.named(id)), command, waiter);
  }

  private static List<Protocol> protocols(JoinGroupRequestData request) {
    List<Protocol> protocols = new ArrayList<>();
    request
        .protocols()
        .forEach(each -> protocols.add(new Protocol(each.name(), Bytes.of(each.metadata()))));
    return protocols;
  }

  private Errors refusal(
      ConsumerGroup group, JoinGroupRequestData request, List<Protocol> protocols) {
    int timeout = request.sessionTimeoutMs();
    if (timeout < limits.minSessionTimeoutMs() || timeout > limits.maxSessionTimeoutMs()) {
      return Errors.INVALID_SESSION_TIMEOUT;
    }
    boolean isKnown =
        group.members().containsKey(request.memberId())
            || (request.groupInstanceId() != null
                && group.staticMember(request.groupInstanceId()).isPresent());
    if (!isKnown && group.members().size() >= consumers.maxSize()) {
      return Errors.GROUP_MAX_SIZE_REACHED;
    }
    boolean fits =
        request.protocolType().equals(ConsumerGroup.TYPE)
            && ClassicSubscription.of(protocols).isPresent()
            && haveCommonOnes(group, request.memberId(), protocols);
    return fits ? Errors.NONE : Errors.INCONSISTENT_GROUP_PROTOCOL;
  }

  /** So that the group could go on without its members of the consumer protocol. */
  private static boolean haveCommonOnes(
      ConsumerGroup group, String memberId, List<Protocol> protocols) {
    Set<String> common = new HashSet<>();
    protocols.forEach(each -> common.add(each.name()));
    for (ConsumerMember other : group.members().values()) {
      if (!other.id().equals(memberId)) {
        other
            .metadata()
            .classic()
            .ifPresent(
                classic ->
                    common.retainAll(classic.protocols().stream().map(Protocol::name).toList()));
      }
    }
    return !common.isEmpty();
  }

  private void join(
      Step step, ConsumerGroup before, ConsumerMember was, GroupCommand.Join command, long waiter) {
    JoinGroupRequestData request = command.request();
    ClusterImage image = before.newest(command.image());
    List<Protocol> protocols = protocols(request);
    ClassicSubscription subscription = ClassicSubscription.of(protocols).orElseThrow();
    ConsumerMember says = was.with(metadata(request, command.client(), protocols, subscription));
    ConsumerGroup group =
        epochs.said(step, before, was, says, new ConsumerEpochs.Seen(image, Optional.empty()));
    group = epochs.retarget(step, group, ConsumerSettings.of(image, group.id(), consumers), image);
    // Even if it has missed an answer: without that it could not come to what it was given.
    Report report = Report.only(ClassicSubscription.ids(subscription.owned(), image));
    ConsumerMember member = epochs.reconcile(step, group, was.id(), report, image);
    step.cancel(Step.REJOIN, group.id(), member.id());
    step.timer(Step.RESYNC, group.id(), member.id(), says.metadata().rebalanceTimeoutMs());
    step.timer(Step.SESSION, group.id(), member.id(), request.sessionTimeoutMs());
    step.answer(
        waiter,
        new JoinGroupResponseData()
            .setMemberId(member.id())
            .setGenerationId(member.epoch())
            .setProtocolType(ConsumerGroup.TYPE)
            .setProtocolName(protocols.getFirst().name())
            .setLeader(""));
  }

  private static MemberMetadata metadata(
      JoinGroupRequestData request,
      GroupCommand.Client client,
      List<Protocol> protocols,
      ClassicSubscription subscription) {
    int rebalanceTimeoutMs =
        request.rebalanceTimeoutMs() < 0
            ? request.sessionTimeoutMs()
            : request.rebalanceTimeoutMs();
    return new MemberMetadata(
        Optional.ofNullable(request.groupInstanceId()),
        Optional.empty(),
        client.id(),
        client.host(),
        new TreeSet<>(subscription.topics()),
        Optional.empty(),
        rebalanceTimeoutMs,
        Optional.empty(),
        Optional.of(new MemberMetadata.Classic(request.sessionTimeoutMs(), protocols)));
  }
}
