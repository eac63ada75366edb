package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.types.SchemaException;
import org.apache.kafka.common.utils.Utils;

/**
 * What a consumer of the classic protocol says in the metadata of its protocols, which only
 * consumers understand among themselves.
 *
 * @param topics that it reads
 * @param owned what it has
 * @param generation in which it got that, if it says so
 */
record ClassicSubscription(
    Set<String> topics, List<TopicPartition> owned, Optional<Integer> generation) {
  /** Of the first protocol; empty if it is not what a consumer says. */
  static Optional<ClassicSubscription> of(List<Protocol> protocols) {
    if (protocols.isEmpty()) {
      return Optional.empty();
    }
    try {
      var read =
          ConsumerProtocol.deserializeSubscription(
              ByteBuffer.wrap(protocols.getFirst().metadata().array()));
      return Optional.of(
          new ClassicSubscription(
              new TreeSet<>(read.topics()),
              List.copyOf(read.ownedPartitions()),
              read.generationId()));
    } catch (SchemaException | BufferUnderflowException e) {
      // A client of its own making.
      return Optional.empty();
    }
  }

  /** What a member was assigned in the classic protocol, of topics that are there. */
  static Set<PartitionId> assigned(Bytes assignment, ClusterImage image) {
    if (assignment.size() == 0) {
      return Set.of();
    }
    try {
      return ids(
          ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(assignment.array())).partitions(),
          image);
    } catch (SchemaException | BufferUnderflowException e) {
      // Nobody can say what it has; it will be told.
      return Set.of();
    }
  }

  /** The partitions of these names that are there. */
  static Set<PartitionId> ids(Collection<TopicPartition> partitions, ClusterImage image) {
    Set<PartitionId> ids = new TreeSet<>();
    for (TopicPartition partition : partitions) {
      image
          .topicByName(partition.topic())
          .map(TopicImage::id)
          .ifPresent(topic -> ids.add(new PartitionId(topic, partition.partition())));
    }
    return ids;
  }

  /** An assignment as a consumer reads it that speaks these protocols. */
  static Bytes assignment(
      Collection<PartitionId> partitions, List<Protocol> protocols, ClusterImage image) {
    List<TopicPartition> named = new ArrayList<>();
    for (PartitionId each : partitions) {
      image
          .topicById(each.topic())
          .ifPresent(topic -> named.add(new TopicPartition(topic.name(), each.number())));
    }
    short version =
        ConsumerProtocol.deserializeVersion(
            ByteBuffer.wrap(protocols.getFirst().metadata().array()));
    return Bytes.of(
        Utils.toArray(
            ConsumerProtocol.serializeAssignment(
                new ConsumerPartitionAssignor.Assignment(named), version)));
  }
}
