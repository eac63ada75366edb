package io.barnabas.server.api;

import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/** What a client may do, as bits, while nothing is forbidden to anybody. */
final class Operations {
  /** The client did not ask. */
  static final int NOT_ASKED = Integer.MIN_VALUE;

  /** Everything that can be done with a topic. */
  static final int ON_TOPIC =
      bits(
          AclOperation.READ,
          AclOperation.WRITE,
          AclOperation.CREATE,
          AclOperation.DELETE,
          AclOperation.ALTER,
          AclOperation.DESCRIBE,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.ALTER_CONFIGS);

  /** Everything that can be done with the cluster. */
  static final int ON_CLUSTER =
      bits(
          AclOperation.CREATE,
          AclOperation.ALTER,
          AclOperation.DESCRIBE,
          AclOperation.CLUSTER_ACTION,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.ALTER_CONFIGS,
          AclOperation.IDEMPOTENT_WRITE);

  /** Everything that can be done with a group. */
  static final int ON_GROUP =
      bits(
          AclOperation.READ,
          AclOperation.DELETE,
          AclOperation.DESCRIBE,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.ALTER_CONFIGS);

  private Operations() {}

  private static int bits(AclOperation... operations) {
    return List.of(operations).stream()
        .mapToInt(operation -> 1 << operation.code())
        .reduce(0, (a, b) -> a | b);
  }
}
