package io.barnabas.coordinator.group;

import com.google.re2j.Pattern;
import io.barnabas.metadata.ClusterImage;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.errors.InvalidRegularExpression;

/**
 * The names of an image's topics that a regular expression matches, found out before a command is
 * decided: with many names it takes a while, for which other groups are not to wait.
 */
public record RegexMatches(String regex, Set<String> topics) {
  /** Copies the names. */
  public RegexMatches {
    topics = Set.copyOf(topics);
  }

  /** Looks at all names. Of one that cannot be made nothing is known: its command is refused. */
  static Optional<RegexMatches> of(String regex, ClusterImage image) {
    try {
      Pattern pattern = HeartbeatChecks.compile(regex);
      Set<String> topics = new TreeSet<>();
      image.topicIds().keySet().stream().filter(pattern::matches).forEach(topics::add);
      return Optional.of(new RegexMatches(regex, topics));
    } catch (InvalidRegularExpression e) {
      return Optional.empty();
    }
  }
}
