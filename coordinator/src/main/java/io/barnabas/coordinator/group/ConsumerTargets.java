package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.Assignor;
import io.barnabas.coordinator.assignor.AssignorInput;
import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.Hash64;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/** What the members of a consumer group are to have, given the topics that there are. */
final class ConsumerTargets {
  private final ConsumerLimits limits;

  ConsumerTargets(ConsumerLimits limits) {
    this.limits = limits;
  }

  /** The assignor that most members ask for; the first of the settings if none does. */
  Assignor assignor(ConsumerGroup group) {
    Map<String, Integer> votes = new HashMap<>();
    group
        .members()
        .values()
        .forEach(
            member ->
                member
                    .metadata()
                    .assignor()
                    .filter(limits.assignors()::contains)
                    .ifPresent(name -> votes.merge(name, 1, Integer::sum)));
    String chosen =
        votes.entrySet().stream()
            .max(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry::getKey))
            .map(Map.Entry::getKey)
            .orElse(limits.assignors().getFirst());
    return Assignor.named(chosen)
        .orElseThrow(() -> new IllegalStateException("no such assignor: " + chosen));
  }

  /** What each member is to have. */
  Map<String, NavigableSet<PartitionId>> compute(ConsumerGroup group, ClusterImage image) {
    SortedMap<String, AssignorInput.Member> members = new TreeMap<>();
    SortedMap<Uuid, Integer> partitions = new TreeMap<>();
    for (ConsumerMember member : group.members().values()) {
      SortedSet<Uuid> topics = new TreeSet<>();
      for (String name : group.topicsOf(member)) {
        image
            .topicByName(name)
            .ifPresent(
                topic -> {
                  topics.add(topic.id());
                  partitions.put(topic.id(), topic.partitions().size());
                });
      }
      members.put(
          member.id(),
          new AssignorInput.Member(
              member.metadata().instanceId(), topics, group.targetOf(member.id())));
    }
    return assignor(group).assign(new AssignorInput(members, partitions));
  }

  /**
   * Of all about these topics that may change who is to have what: their ids, their partitions and
   * the racks where these are. 0 if none of them is there.
   */
  static long hash(Collection<String> names, ClusterImage image) {
    FieldWriter seen = new FieldWriter();
    boolean any = false;
    for (String name : new TreeSet<>(names)) {
      TopicImage topic = image.topicByName(name).orElse(null);
      if (topic != null) {
        any = true;
        describe(topic, image, seen);
      }
    }
    byte[] bytes = seen.written().array();
    return any ? Hash64.of(bytes, bytes.length) : 0;
  }

  private static void describe(TopicImage topic, ClusterImage image, FieldWriter seen) {
    seen.compactString(topic.name()).uuid(topic.id()).int32(topic.partitions().size());
    for (Map.Entry<Integer, PartitionImage> partition :
        new TreeMap<>(topic.partitions()).entrySet()) {
      NavigableSet<String> racks = new TreeSet<>();
      for (int replica : partition.getValue().replicas()) {
        image.broker(replica).flatMap(Fact.BrokerImage::rack).ifPresent(racks::add);
      }
      seen.int32(partition.getKey()).compactCount(racks.size());
      racks.forEach(seen::compactString);
    }
  }
}
