package io.barnabas.coordinator.group;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.world.World;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which topics members' new regular expressions match, on one platform thread that lives
 * as long as there is work: a match over many names never yields, and connections must not wait for
 * it. Whoever asks for the same one over the same topics gets the same future. Thread-safe.
 */
public final class RegexSearch {
  /** Searches that nobody has begun. */
  static final int MAX_WAITING = 64;

  /** What was found last: until a group's first member is replicated, its others ask for it. */
  private static final int MAX_KEPT = 8;

  private static final CompletableFuture<Optional<RegexMatches>> NOTHING =
      CompletableFuture.completedFuture(Optional.empty());

  private record Search(
      String regex, ClusterImage image, CompletableFuture<Optional<RegexMatches>> found) {

    /** Topics that are the same object have the same names; images differ in much else. */
    boolean isFor(String wanted, ClusterImage over) {
      return regex.equals(wanted) && image.topicIds() == over.topicIds();
    }
  }

  private final World world;
  private final List<String> assignors;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final Deque<Search> waiting = new ArrayDeque<>();

  /** The one under way is the last one, until it is found. */
  private final Deque<Search> kept = new ArrayDeque<>();

  private boolean isRunning;

  /**
   * Has searched for nothing yet.
   *
   * @param assignors that requests may ask for
   */
  public RegexSearch(World world, List<String> assignors) {
    this.world = world;
    this.assignors = List.copyOf(assignors);
  }

  /**
   * What a member's regular expression matches. Waits for nothing.
   *
   * @param version of the request
   * @return is done at once, with nothing, if the request has none, its group knows it, or it is
   *     refused anyway; fails with COORDINATOR_LOAD_IN_PROGRESS if too many are waiting
   */
  public CompletableFuture<Optional<RegexMatches>> matches(
      ConsumerGroupHeartbeatRequestData request,
      int version,
      GroupsState state,
      ClusterImage image) {
    return unknown(request, version, state, assignors)
        .map(regex -> find(regex, image))
        .orElse(NOTHING);
  }

  /** The regular expression that is to be searched for before a request is decided. */
  static Optional<String> unknown(
      ConsumerGroupHeartbeatRequestData request,
      int version,
      GroupsState state,
      List<String> assignors) {
    Optional<String> regex = HeartbeatChecks.regex(request);
    if (regex.isEmpty() || request.memberEpoch() < HeartbeatChecks.JOINS) {
      return Optional.empty();
    }
    Optional<ConsumerGroup> group = state.consumers(request.groupId());
    boolean isKnown = group.filter(each -> each.regexes().containsKey(regex.get())).isPresent();
    boolean mayReport =
        request.memberEpoch() == HeartbeatChecks.JOINS
            || group.flatMap(each -> each.member(request.memberId())).isPresent();
    if (isKnown || !mayReport) {
      return Optional.empty();
    }
    try {
      HeartbeatChecks.check(request, version, assignors);
      return regex;
    } catch (ApiException e) {
      // It is told so when it is decided.
      return Optional.empty();
    }
  }

  private CompletableFuture<Optional<RegexMatches>> find(String regex, ClusterImage image) {
    Search search = new Search(regex, image, new CompletableFuture<>());
    lock.lock();
    try {
      Optional<Search> same = same(kept, search).or(() -> same(waiting, search));
      if (same.isPresent()) {
        return same.get().found();
      }
      if (waiting.size() == MAX_WAITING) {
        return CompletableFuture.failedFuture(
            new CoordinatorLoadInProgressException(
                "Too many new regular expressions are being looked at"));
      }
      waiting.add(search);
      if (isRunning) {
        return search.found();
      }
      isRunning = true;
    } finally {
      lock.unlock();
    }
    world.threads().startPlatform("barnabas-regex", this::run);
    return search.found();
  }

  private static Optional<Search> same(Collection<Search> among, Search search) {
    return among.stream().filter(each -> each.isFor(search.regex(), search.image())).findFirst();
  }

  private void run() {
    for (Search search = next(); search != null; search = next()) {
      try {
        search.found().complete(RegexMatches.of(search.regex(), search.image()));
      } catch (RuntimeException e) {
        // A defect that one expression shows is told those who have it.
        search.found().completeExceptionally(e);
      }
    }
  }

  private @Nullable Search next() {
    lock.lock();
    try {
      Search search = waiting.poll();
      if (search == null) {
        isRunning = false;
        return null;
      }
      kept.add(search);
      if (kept.size() > MAX_KEPT) {
        kept.remove();
      }
      return search;
    } finally {
      lock.unlock();
    }
  }
}
