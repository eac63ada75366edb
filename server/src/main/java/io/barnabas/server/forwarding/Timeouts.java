package io.barnabas.server.forwarding;

import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** How long clients wait. */
final class Timeouts {
  /** Of requests that do not say; Kafka's clients wait as long by default. */
  private static final int DEFAULT_MS = 30_000;

  private Timeouts() {}

  /** In milliseconds, 0 or more. */
  static int of(ApiMessage request) {
    int said =
        switch (request) {
          case CreateTopicsRequestData create -> create.timeoutMs();
          case DeleteTopicsRequestData delete -> delete.timeoutMs();
          case CreatePartitionsRequestData create -> create.timeoutMs();
          case ElectLeadersRequestData elect -> elect.timeoutMs();
          case AlterPartitionReassignmentsRequestData alter -> alter.timeoutMs();
          case UpdateFeaturesRequestData update -> update.timeoutMs();
          default -> DEFAULT_MS;
        };
    return Math.max(0, said);
  }
}
