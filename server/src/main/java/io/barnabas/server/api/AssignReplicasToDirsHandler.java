package io.barnabas.server.api;

import io.barnabas.metadata.AssignReplicasToDirs;
import io.barnabas.metadata.AssignReplicasToDirs.Assignment;
import io.barnabas.metadata.AssignReplicasToDirs.Result;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData.DirectoryData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData.PartitionData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A broker says in which of its log directories its replicas are. For brokers; the active
 * controller decides.
 *
 * <p>Version 0.
 */
final class AssignReplicasToDirsHandler extends Handler<AssignReplicasToDirsRequestData> {
  private final ControlContext context;

  /** Changes through the controller. */
  AssignReplicasToDirsHandler(ControlContext context) {
    super(ApiKeys.ASSIGN_REPLICAS_TO_DIRS, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(AssignReplicasToDirsRequestData request, Call call) {
    List<Assignment> assignments = new ArrayList<>();
    request
        .directories()
        .forEach(
            directory ->
                directory
                    .topics()
                    .forEach(
                        topic ->
                            topic
                                .partitions()
                                .forEach(
                                    partition ->
                                        assignments.add(
                                            new Assignment(
                                                topic.topicId(),
                                                partition.partitionIndex(),
                                                directory.id())))));
    Later.answer(
        call,
        context
            .controller()
            .submit(
                new AssignReplicasToDirs(request.brokerId(), request.brokerEpoch(), assignments)),
        AssignReplicasToDirsHandler::answer,
        error -> new AssignReplicasToDirsResponseData().setErrorCode(error.code()));
  }

  private static AssignReplicasToDirsResponseData answer(List<Result> results) {
    Map<Uuid, Map<Uuid, TopicData>> topics = new LinkedHashMap<>();
    for (Result result : results) {
      Assignment assignment = result.assignment();
      topics
          .computeIfAbsent(assignment.directory(), id -> new LinkedHashMap<>())
          .computeIfAbsent(assignment.topicId(), id -> new TopicData().setTopicId(id))
          .partitions()
          .add(
              new PartitionData()
                  .setPartitionIndex(assignment.partition())
                  .setErrorCode(result.error().code()));
    }
    List<DirectoryData> directories = new ArrayList<>();
    topics.forEach(
        (id, found) ->
            directories.add(new DirectoryData().setId(id).setTopics(List.copyOf(found.values()))));
    return new AssignReplicasToDirsResponseData().setDirectories(directories);
  }
}
