package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ConsumerGroup.ResolvedRegex;
import io.barnabas.coordinator.group.CurrentAssignment.State;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;

/**
 * How a consumer group comes from one epoch to the next, and its members with it: somebody or
 * something that they read changes; the targets are computed anew, not more often than the settings
 * say; and each member goes towards its own when it is heard of.
 */
final class ConsumerEpochs {
  private final ConsumerTargets targets;
  private final RegexTopics regexes;

  ConsumerEpochs(ConsumerTargets targets, RegexTopics regexes) {
    this.targets = targets;
    this.regexes = regexes;
  }

  /**
   * The cluster as it is looked at.
   *
   * @param matches what a regular expression matches in it, if that is known before
   */
  record Seen(ClusterImage image, Optional<RegexMatches> matches) {}

  /** Keeps what a member says of itself, and begins an epoch if that or the topics changed. */
  ConsumerGroup said(
      Step step, ConsumerGroup before, ConsumerMember was, ConsumerMember says, Seen seen) {
    ClusterImage image = seen.image();
    ConsumerGroup group = before;
    boolean isNew = !group.members().containsKey(says.id());
    if (isNew || !was.metadata().equals(says.metadata())) {
      group = group.with(says);
      group = step.write(group, ConsumerRecords.member(group.id(), says));
    }
    boolean changed = isNew || !was.metadata().subscribesLike(says.metadata());
    boolean topicsMayDiffer = changed || isUnseen(group, image);
    if (topicsMayDiffer) {
      ConsumerGroup resolved = regexes.resolve(step, group, seen);
      changed |= !sameTopics(group, resolved);
      group = resolved;
    }
    long hash =
        topicsMayDiffer ? ConsumerTargets.hash(group.topics(), image) : group.metadataHash();
    if (changed || hash != group.metadataHash()) {
      group = group.in(group.epoch() + 1, hash);
      group = step.write(group, ConsumerRecords.epoch(group));
    }
    if (topicsMayDiffer) {
      group = group.looking(Looked.at(image));
      step.keep(group);
    }
    return group;
  }

  private static boolean isUnseen(ConsumerGroup group, ClusterImage image) {
    return group.looked().map(looked -> !looked.isStill(image)).orElse(true);
  }

  private static boolean sameTopics(ConsumerGroup before, ConsumerGroup after) {
    for (Map.Entry<String, ResolvedRegex> each : after.regexes().entrySet()) {
      ResolvedRegex other = before.regexes().get(each.getKey());
      if (other == null || !other.topics().equals(each.getValue().topics())) {
        return false;
      }
    }
    return true;
  }

  /** Computes what members are to have, if that is not for the newest epoch, and it is time. */
  ConsumerGroup retarget(
      Step step, ConsumerGroup before, ConsumerSettings settings, ClusterImage image) {
    long sinceMs = step.nowMs() - before.assignedMs();
    boolean isTooEarly = sinceMs >= 0 && sinceMs < settings.assignmentIntervalMs();
    if (before.epoch() <= before.assignmentEpoch() || isTooEarly) {
      return before;
    }
    ConsumerGroup group = before;
    for (Map.Entry<String, NavigableSet<PartitionId>> each :
        targets.compute(before, image).entrySet()) {
      String member = each.getKey();
      if (!before.targets().containsKey(member)
          || !before.targetOf(member).equals(each.getValue())) {
        group = group.withTarget(member, each.getValue());
        group = step.write(group, ConsumerRecords.target(group.id(), member, each.getValue()));
      }
    }
    group = group.assigned(group.epoch(), step.nowMs());
    return step.write(group, ConsumerRecords.targetEpoch(group));
  }

  /**
   * Has a member go towards its target as far as it can.
   *
   * @param report what it says that it has
   */
  ConsumerMember reconcile(
      Step step, ConsumerGroup group, String memberId, Report report, ClusterImage image) {
    ConsumerMember member = group.member(memberId).orElseThrow().with(report);
    Set<String> names = new HashSet<>(group.topicsOf(member));
    CurrentAssignment next =
        new Reconciliation(group, member, partition -> reads(names, partition, image)).next();
    if (next.equals(member.current())) {
      step.keep(group.with(member));
      return member;
    }
    ConsumerMember moved = member.with(next).with(report.unheard());
    step.write(group.with(moved), ConsumerRecords.current(group.id(), moved));
    if (next.state() == State.UNREVOKED) {
      step.timer(Step.REVOKE, group.id(), memberId, member.metadata().rebalanceTimeoutMs());
    } else {
      step.cancel(Step.REVOKE, group.id(), memberId);
    }
    return moved;
  }

  private static boolean reads(Set<String> names, PartitionId partition, ClusterImage image) {
    return image
        .topicById(partition.topic())
        .map(TopicImage::name)
        .filter(names::contains)
        .isPresent();
  }
}
