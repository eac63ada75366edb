package io.barnabas.coordinator.group;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.protocol.types.SchemaException;

/**
 * What consumers of a group have subscribed to, which only their own protocol says if they speak
 * the classic one.
 */
final class Subscriptions {
  private Subscriptions() {}

  /** The topics of all members; empty if they are no consumers, or one of them does not say. */
  static Optional<Set<String>> of(Group group) {
    return switch (group) {
      case ClassicGroup classic -> of(classic);
      case ConsumerGroup consumer -> Optional.of(consumer.topics());
    };
  }

  private static Optional<Set<String>> of(ClassicGroup group) {
    if (!group.isConsumerGroup() || group.protocol().isEmpty()) {
      return Optional.empty();
    }
    Set<String> topics = new HashSet<>();
    for (ClassicMember member : group.members().values()) {
      try {
        topics.addAll(
            ConsumerProtocol.deserializeSubscription(
                    ByteBuffer.wrap(group.metadataOf(member).array()))
                .topics());
      } catch (SchemaException e) {
        // A client of its own making, which no topic can be known of.
        return Optional.empty();
      }
    }
    return Optional.of(topics);
  }
}
