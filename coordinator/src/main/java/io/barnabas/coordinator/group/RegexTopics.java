package io.barnabas.coordinator.group;

import com.google.re2j.Pattern;
import io.barnabas.coordinator.group.ConsumerGroup.ResolvedRegex;
import io.barnabas.metadata.ClusterImage;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which topics the regular expressions of a consumer group's members match. One is looked at anew
 * when it is new, or when it has not been for a while and the topics have changed.
 */
final class RegexTopics {
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
  ConsumerGroup resolve(Step step, ConsumerGroup before, ClusterImage image) {
    ConsumerGroup group = forgetUnused(step, before);
    Set<String> used = new TreeSet<>();
    before.members().values().forEach(member -> member.metadata().regex().ifPresent(used::add));
    for (String regex : used) {
      ResolvedRegex known = group.regexes().get(regex);
      if (known == null || known.version() != image.version()) {
        ResolvedRegex resolved =
            new ResolvedRegex(matching(regex, image), image.version(), step.nowMs());
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

  private static Set<String> matching(String regex, ClusterImage image) {
    Pattern pattern = HeartbeatChecks.compile(regex);
    Set<String> topics = new TreeSet<>();
    for (String name : image.topicIds().keySet()) {
      if (pattern.matches(name)) {
        topics.add(name);
      }
    }
    return topics;
  }
}
