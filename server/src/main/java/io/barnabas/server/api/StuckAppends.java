package io.barnabas.server.api;

import io.barnabas.replica.Replica;
import io.barnabas.replica.Replicas;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Tells which requests append to a partition that this node stands aside from. One that the disk
 * holds up need not be waited for: another node will lead the partition. Thread-safe.
 */
public record StuckAppends(Replicas replicas) implements Predicate<ApiMessage> {
  @Override
  public boolean test(ApiMessage request) {
    return request instanceof ProduceRequestData produced
        && produced.topicData().stream()
            .anyMatch(
                topic ->
                    topic.partitionData().stream()
                        .anyMatch(each -> standsAside(topic, each.index())));
  }

  private boolean standsAside(TopicProduceData topic, int partition) {
    try {
      Replica replica =
          topic.topicId().equals(Uuid.ZERO_UUID)
              ? replicas.require(new TopicPartition(topic.name(), partition))
              : replicas.require(topic.topicId(), partition);
      return replica.standsAside();
    } catch (ApiException e) {
      // Not here, so nothing is appended to it.
      return false;
    }
  }
}
