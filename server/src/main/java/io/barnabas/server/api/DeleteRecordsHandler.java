package io.barnabas.server.api;

import io.barnabas.replica.Replicas;
import io.barnabas.server.net.Call;
import io.barnabas.world.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteRecords, versions 0 to 2 (2: compact encoding): makes an offset, or the high watermark if
 * it is -1, the first that can be read. Answers when that is on disk, or REQUEST_TIMED_OUT for what
 * took longer than the request allows and goes on. Internal topics are not cut. Of a partition that
 * is named more than once the last mention counts.
 */
final class DeleteRecordsHandler extends Handler<DeleteRecordsRequestData> {
  private static final long UNKNOWN = -1;

  private final World world;
  private final Replicas replicas;

  DeleteRecordsHandler(World world, Replicas replicas) {
    super(ApiKeys.DELETE_RECORDS, 0, 2);
    this.world = world;
    this.replicas = replicas;
  }

  @Override
  public void handle(DeleteRecordsRequestData request, Call call) {
    DeleteRecordsResponseData response = new DeleteRecordsResponseData();
    List<Deleting> deleting = new ArrayList<>();
    Countdown countdown =
        new Countdown(
            () -> {
              deleting.forEach(Deleting::settle);
              call.answer(response);
            });
    lastMentions(request)
        .forEach(
            (topic, partitions) -> {
              DeleteRecordsTopicResult answered = new DeleteRecordsTopicResult().setName(topic);
              response.topics().add(answered);
              for (DeleteRecordsPartition partition : partitions.values()) {
                DeleteRecordsPartitionResult result =
                    new DeleteRecordsPartitionResult()
                        .setPartitionIndex(partition.partitionIndex())
                        .setLowWatermark(UNKNOWN);
                answered.partitions().add(result);
                delete(topic, partition, result, countdown, deleting);
              }
            });
    countdown.start(world.clock(), request.timeoutMs());
  }

  private static Map<String, Map<Integer, DeleteRecordsPartition>> lastMentions(
      DeleteRecordsRequestData request) {
    Map<String, Map<Integer, DeleteRecordsPartition>> last = new LinkedHashMap<>();
    for (DeleteRecordsTopic topic : request.topics()) {
      Map<Integer, DeleteRecordsPartition> partitions =
          last.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>());
      topic.partitions().forEach(asked -> partitions.put(asked.partitionIndex(), asked));
    }
    return last;
  }

  private void delete(
      String topic,
      DeleteRecordsPartition asked,
      DeleteRecordsPartitionResult result,
      Countdown countdown,
      List<Deleting> deleting) {
    CompletableFuture<Long> lowWatermark;
    try {
      TopicPartition name = new TopicPartition(topic, asked.partitionIndex());
      if (Topic.isInternal(topic)) {
        throw new InvalidTopicException("Records of internal topics are not deleted");
      }
      lowWatermark = replicas.require(name).deleteRecords(asked.offset());
    } catch (ApiException e) {
      result.setErrorCode(Errors.forException(e).code());
      return;
    }
    Deleting wait = new Deleting(result);
    deleting.add(wait);
    countdown.add();
    var _ =
        lowWatermark.whenComplete(
            (offset, failure) -> {
              wait.outcome =
                  failure == null
                      ? new Outcome(Errors.NONE, offset)
                      : new Outcome(error(failure), UNKNOWN);
              countdown.done();
            });
  }

  private static Errors error(Throwable failure) {
    return Errors.forException(
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure);
  }

  private record Outcome(Errors error, long lowWatermark) {}

  /** One partition that is being cut; told by any thread. */
  private static final class Deleting {
    private final DeleteRecordsPartitionResult result;
    private volatile Outcome outcome = new Outcome(Errors.REQUEST_TIMED_OUT, UNKNOWN);

    Deleting(DeleteRecordsPartitionResult result) {
      this.result = result;
    }

    void settle() {
      Outcome settled = outcome;
      result.setErrorCode(settled.error().code()).setLowWatermark(settled.lowWatermark());
    }
  }
}
