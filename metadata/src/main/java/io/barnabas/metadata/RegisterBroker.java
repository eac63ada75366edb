package io.barnabas.metadata;

import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.metadata.Fact.FeatureRange;
import io.barnabas.metadata.Fact.FormerDirectory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DuplicateBrokerRegistrationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.jspecify.annotations.Nullable;

/**
 * A broker joins, or joins again after it was started again. It comes fenced; a heartbeat unfences
 * it. What an earlier incarnation led is handed on.
 *
 * @param id 0 or more
 * @param incarnation drawn anew at each start of the broker
 * @param directories the ids of its log directories; empty if they have none
 * @param features the levels that it supports
 * @param files how they are, compared to what the broker had when it was last in the cluster
 * @param usedWithEpoch that of the registration with which they were used last; -1 if there is none
 * @param unforced the topics of which a crash may have taken what the broker had acknowledged;
 *     empty if it can be any
 * @param earlierIsAlive whether the broker of this id is known to be still there
 * @param alone whether it is the only one, so that it takes part at once
 */
public record RegisterBroker(
    int id,
    Uuid incarnation,
    Optional<String> rack,
    List<Endpoint> endpoints,
    List<Uuid> directories,
    List<FeatureRange> features,
    Files files,
    long usedWithEpoch,
    Optional<Set<Uuid>> unforced,
    boolean earlierIsAlive,
    boolean alone)
    implements Command<RegisterBroker.Registered> {
  /** The newest are remembered of a broker that has another disk again and again. */
  private static final int MOST_FORMER = 16;

  /** How the files of a broker that starts are. */
  public enum Files {
    /** As its last incarnation left them when it stopped by itself. */
    AS_LEFT,
    /** What its last incarnation had not forced to disk may be lost. */
    CRASHED,
    /** As an earlier incarnation left them: what the last one wrote is not there. */
    OLD
  }

  /** Copies the lists. */
  public RegisterBroker {
    endpoints = List.copyOf(endpoints);
    directories = List.copyOf(directories);
    features = List.copyOf(features);
    unforced = unforced.map(Set::copyOf);
  }

  /** The only broker of a cluster of one, which takes part at once. */
  public RegisterBroker(int id, Uuid incarnation, Optional<String> rack, List<Endpoint> endpoints) {
    this(
        id,
        incarnation,
        rack,
        endpoints,
        List.of(),
        List.of(),
        Files.AS_LEFT,
        -1,
        Optional.empty(),
        false,
        true);
  }

  @Override
  public boolean isMembers() {
    return true;
  }

  /**
   * The same incarnation keeps its epoch; a new one gets a higher one.
   *
   * @throws DuplicateBrokerRegistrationException if another broker of this id is alive, or has one
   *     of the directories
   * @throws InvalidRequestException if the directories cannot be
   * @throws org.apache.kafka.common.errors.UnsupportedVersionException if it does not support what
   *     the cluster uses
   */
  @Override
  public Decision<Registered> decide(ClusterImage image, long nowMs) {
    BrokerImage before = image.brokers().get(id);
    boolean again = before != null && before.incarnation().equals(incarnation);
    if (before != null && !again && earlierIsAlive) {
      throw new DuplicateBrokerRegistrationException(
          "Another broker is registered with that broker id.");
    }
    checkDirectories(image);
    FeatureLevels.checkSupport("broker", image.features(), features);
    BrokerImage broker =
        new BrokerImage(
            id,
            epoch(image, before),
            incarnation,
            rack,
            endpoints,
            directories,
            former(image, before),
            features,
            !alone && (before == null || !again || before.fenced()),
            before != null && again && before.inControlledShutdown(),
            before != null && again && before.hangs());
    List<Fact> facts = new ArrayList<>();
    if (!broker.equals(before)) {
      facts.add(new Fact.BrokerRegistered(broker));
    }
    if (!alone) {
      facts.addAll(ClusterDefaults.ofBrokers(image.apply(facts)));
    }
    if (!again) {
      Elections elections = new Elections(image.apply(facts));
      facts.addAll(
          alone
              ? elections.leadingAnew(id)
              : elections.withDoubtsAbout(id, directories, restored(before), files, unforced));
    }
    return new Decision<>(facts, new Registered(broker.epoch()));
  }

  /**
   * What is known of directories that the broker had and has no longer, as long as they may come
   * back with what no other replica has.
   */
  private List<FormerDirectory> former(ClusterImage image, @Nullable BrokerImage before) {
    if (before == null) {
      return List.of();
    }
    List<FormerDirectory> all = new ArrayList<>(before.former());
    before.directories().forEach(each -> all.add(new FormerDirectory(each, before.epoch())));
    all.removeIf(each -> directories.contains(each.id()));
    if (all.isEmpty()) {
      return List.of();
    }
    Set<Uuid> named = new HashSet<>();
    for (TopicImage topic : image.topics().values()) {
      topic.partitions().values().forEach(partition -> named.add(partition.directoryOf(id)));
    }
    all.removeIf(each -> !named.contains(each.id()));
    return all.subList(Math.max(0, all.size() - MOST_FORMER), all.size());
  }

  /** Those that were not there last time, and are now as the broker's last use left them. */
  private Set<Uuid> restored(@Nullable BrokerImage before) {
    return before == null
        ? Set.of()
        : before.former().stream()
            .filter(each -> each.epoch() == usedWithEpoch && directories.contains(each.id()))
            .map(FormerDirectory::id)
            .collect(Collectors.toSet());
  }

  private void checkDirectories(ClusterImage image) {
    Set<Uuid> own = new HashSet<>(directories);
    if (own.size() < directories.size()) {
      throw new InvalidRequestException("Duplicate directory ID in request");
    }
    if (own.stream().anyMatch(Uuid.RESERVED::contains)) {
      throw new InvalidRequestException("Reserved directory ID in request");
    }
    for (BrokerImage other : image.brokers().values()) {
      if (other.id() != id && other.directories().stream().anyMatch(own::contains)) {
        throw new DuplicateBrokerRegistrationException(
            "Broker %d is already registered with one of the directories of broker %d"
                .formatted(other.id(), id));
      }
    }
  }

  private long epoch(ClusterImage image, @Nullable BrokerImage before) {
    return before != null && before.incarnation().equals(incarnation)
        ? before.epoch()
        : Math.max(image.lastBrokerEpoch(), image.version()) + 1;
  }

  /**
   * The broker is a member.
   *
   * @param epoch what it proves itself with from now on
   */
  public record Registered(long epoch) {}
}
