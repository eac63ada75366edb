package io.barnabas.server.api;

import io.barnabas.metadata.AlterPartition;
import io.barnabas.metadata.AlterPartition.Change;
import io.barnabas.metadata.AlterPartition.Member;
import io.barnabas.metadata.AlterPartition.Result;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AlterPartitionResponseData.PartitionData;
import org.apache.kafka.common.message.AlterPartitionResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A leader says which replicas of its partitions are in sync. For brokers; the active controller
 * decides.
 *
 * <p>Versions 2 and 3. Version 3 says of each replica the epoch of its broker.
 */
final class AlterPartitionHandler extends Handler<AlterPartitionRequestData> {
  private static final byte RECOVERED = 0;

  private final ControlContext context;

  /** Changes through the controller. */
  AlterPartitionHandler(ControlContext context) {
    super(ApiKeys.ALTER_PARTITION, 2, 3);
    this.context = context;
  }

  @Override
  public void handle(AlterPartitionRequestData request, Call call) {
    Later.answer(
        call,
        context.controller().submit(command(request)),
        AlterPartitionHandler::answer,
        error -> new AlterPartitionResponseData().setErrorCode(error.code()));
  }

  private static AlterPartition command(AlterPartitionRequestData request) {
    List<Change> changes = new ArrayList<>();
    for (AlterPartitionRequestData.TopicData topic : request.topics()) {
      topic.partitions().forEach(each -> changes.add(change(topic.topicId(), each)));
    }
    return new AlterPartition(request.brokerId(), request.brokerEpoch(), changes);
  }

  private static Change change(Uuid topicId, AlterPartitionRequestData.PartitionData partition) {
    List<Member> isr = new ArrayList<>();
    partition.newIsr().forEach(broker -> isr.add(new Member(broker, AlterPartition.UNKNOWN_EPOCH)));
    partition
        .newIsrWithEpochs()
        .forEach(each -> isr.add(new Member(each.brokerId(), each.brokerEpoch())));
    return new Change(
        topicId,
        partition.partitionIndex(),
        partition.leaderEpoch(),
        partition.partitionEpoch(),
        isr,
        partition.leaderRecoveryState() != RECOVERED);
  }

  private static AlterPartitionResponseData answer(List<Result> results) {
    Map<Uuid, TopicData> topics = new LinkedHashMap<>();
    for (Result result : results) {
      topics
          .computeIfAbsent(result.topicId(), id -> new TopicData().setTopicId(id))
          .partitions()
          .add(answer(result));
    }
    return new AlterPartitionResponseData().setTopics(List.copyOf(topics.values()));
  }

  private static PartitionData answer(Result result) {
    PartitionData data =
        new PartitionData()
            .setPartitionIndex(result.partition())
            .setErrorCode(result.error().code());
    result
        .state()
        .ifPresent(
            state ->
                data.setLeaderId(state.leader())
                    .setLeaderEpoch(state.leaderEpoch())
                    .setIsr(state.isr())
                    .setLeaderRecoveryState(RECOVERED)
                    .setPartitionEpoch(state.partitionEpoch()));
    return data;
  }
}
