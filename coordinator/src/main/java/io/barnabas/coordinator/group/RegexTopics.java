package io.barnabas.coordinator.group;

import com.google.re2j.Pattern;
import io.barnabas.coordinator.group.ConsumerGroup.ResolvedRegex;
import io.barnabas.metadata.ClusterImage;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which topics the regular expressions of a consumer group's members match. All names are looked at
 * when one is new to this leader, and then those that come. What it comes to is written when that
 * changes, and when it has not been for a while.
 */
final class RegexTopics {
  private static final Logger LOG = LoggerFactory.getLogger(RegexTopics.class);

  private final ConsumerLimits limits;

  RegexTopics(ConsumerLimits limits) {
    this.limits = limits;
  }

  /** Forgets those that nobody has any more. */
  static ConsumerGroup forgetUnused(Step step, ConsumerGroup before) {
    ConsumerGroup group = before;
    for (String regex : new TreeSet<>(before.regexes().keySet())) {
      if (!before.uses(regex)) {
        group = group.withRegexes(group.regexes().minus(regex));
        group = step.write(group, ConsumerRecords.regexGone(group.id(), regex));
      }
    }
    return group;
  }

  /** Keeps what they match now, and forgets those that nobody has any more. */
  ConsumerGroup resolve(Step step, ConsumerGroup before, ConsumerEpochs.Seen seen) {
    ClusterImage image = seen.image();
    ConsumerGroup group = forgetUnused(step, before);
    Set<String> used = new TreeSet<>();
    before.members().values().forEach(member -> member.metadata().regex().ifPresent(used::add));
    for (String regex : used) {
      ResolvedRegex known = group.regexes().get(regex);
      if (known == null || known.version() != image.version()) {
        Set<String> topics =
            known == null || before.looked().isEmpty()
                ? matching(group, regex, seen)
                : matching(group, regex, before.looked().get().image(), image);
        ResolvedRegex resolved = new ResolvedRegex(topics, image.version(), step.nowMs());
        if (known == null || !known.topics().equals(resolved.topics()) || isOld(step, known)) {
          group = group.withRegexes(group.regexes().plus(regex, resolved));
          group = step.write(group, ConsumerRecords.regex(group.id(), regex, resolved));
        }
      }
    }
    return group;
  }

  private boolean isOld(Step step, ResolvedRegex known) {
    return step.nowMs() - known.resolvedMs() >= limits.regexRefreshIntervalMs();
  }

  private static Set<String> matching(ConsumerGroup group, String regex, ConsumerEpochs.Seen seen) {
    return seen.matches()
        .filter(found -> found.regex().equals(regex))
        .map(RegexMatches::topics)
        .or(() -> matching(group, regex, seen.image().topicIds().keySet(), name -> true))
        .orElseGet(() -> left(group, regex, seen.image()));
  }

  /** Looks at the names only that have come since it was looked at last. */
  private static Set<String> matching(
      ConsumerGroup group, String regex, ClusterImage before, ClusterImage now) {
    Set<String> topics = left(group, regex, now);
    if (before.topicIds() != now.topicIds()) {
      Set<String> names = now.topicIds().keySet();
      matching(group, regex, names, name -> !before.topicIds().containsKey(name))
          .ifPresent(topics::addAll);
    }
    return topics;
  }

  /** What it is known to match, of what there still is. */
  private static Set<String> left(ConsumerGroup group, String regex, ClusterImage now) {
    ResolvedRegex known = group.regexes().get(regex);
    Set<String> topics = known == null ? new TreeSet<>() : new TreeSet<>(known.topics());
    topics.retainAll(now.topicIds().keySet());
    return topics;
  }

  /** Empty if it cannot be made. */
  private static Optional<Set<String>> matching(
      ConsumerGroup group, String regex, Set<String> names, Predicate<String> isLookedAt) {
    Pattern pattern;
    try {
      pattern = HeartbeatChecks.compile(regex);
    } catch (InvalidRegularExpression e) {
      // Its member is told when it says it; this one is in the log, and the others cannot help it.
      LOG.warn(
          "A regular expression that group {} has matches no more than it did: {}",
          group.id(),
          e.getMessage());
      return Optional.empty();
    }
    return Optional.of(
        names.stream()
            .filter(isLookedAt)
            .filter(pattern::matches)
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
