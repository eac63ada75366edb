package io.barnabas.coordinator.group;

import com.google.re2j.Pattern;
import io.barnabas.metadata.ClusterImage;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;

/**
 * The names of an image's topics that a regular expression matches, found out before a command is
 * decided: with many names it takes a while, for which other groups are not to wait.
 */
public record RegexMatches(String regex, Set<String> topics) {
  /** Copies the names. */
  public RegexMatches {
    topics = Set.copyOf(topics);
  }

  /** What a member's regular expression matches if its group does not know it; else empty. */
  public static Optional<RegexMatches> ofNew(
      ConsumerGroupHeartbeatRequestData request, GroupsState state, ClusterImage image) {
    return HeartbeatChecks.regex(request)
        .filter(regex -> !isKnown(state, request.groupId(), regex))
        .flatMap(regex -> of(regex, image));
  }

  private static boolean isKnown(GroupsState state, String group, String regex) {
    return state.consumers(group).filter(each -> each.regexes().containsKey(regex)).isPresent();
  }

  /** Of one that cannot be made nothing is known: its command is refused. */
  private static Optional<RegexMatches> of(String regex, ClusterImage image) {
    try {
      Pattern pattern = HeartbeatChecks.compile(regex);
      Set<String> topics = new TreeSet<>();
      image.topicIds().keySet().stream().filter(pattern::matches).forEach(topics::add);
      return Optional.of(new RegexMatches(regex, topics));
    } catch (ApiException e) {
      return Optional.empty();
    }
  }
}
