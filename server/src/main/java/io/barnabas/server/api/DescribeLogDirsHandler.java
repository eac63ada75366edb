package io.barnabas.server.api;

import io.barnabas.replica.Replica;
import io.barnabas.server.net.Call;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directories of this node and what each partition takes there.
 *
 * <p>Versions 1 to 5. Version 2 has tagged fields; 3 has an error for the whole; 4 has the size of
 * the disk and what is left; 5 says whether a directory takes no new partitions, which is never.
 */
final class DescribeLogDirsHandler extends Handler<DescribeLogDirsRequestData> {
  private static final Logger LOG = LoggerFactory.getLogger(DescribeLogDirsHandler.class);
  private static final long UNKNOWN = -1;

  private final ControlContext context;

  /** Answers from the open replicas. */
  DescribeLogDirsHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_LOG_DIRS, 1, 5);
    this.context = context;
  }

  @Override
  public void handle(DescribeLogDirsRequestData request, Call call) {
    DescribeLogDirsResult result =
        new DescribeLogDirsResult()
            .setLogDir(context.directory().path().toAbsolutePath().normalize().toString())
            .setTotalBytes(UNKNOWN)
            .setUsableBytes(UNKNOWN);
    if (context.directory().failure().isPresent()) {
      result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
    } else {
      addDisk(result);
      result.setTopics(topics(wanted(Optional.ofNullable(request.topics()))));
    }
    call.answer(new DescribeLogDirsResponseData().setResults(List.of(result)));
  }

  private void addDisk(DescribeLogDirsResult result) {
    try {
      result.setTotalBytes(context.world().disk().totalBytes(context.directory().path()));
      result.setUsableBytes(context.world().disk().usableBytes(context.directory().path()));
    } catch (IOException e) {
      LOG.warn("The size of the disk of {} is not known", context.directory().path(), e);
    }
  }

  private static Predicate<TopicPartition> wanted(
      Optional<DescribableLogDirTopicCollection> asked) {
    if (asked.isEmpty()) {
      return partition -> true;
    }
    Map<String, Set<Integer>> wanted = new HashMap<>();
    asked
        .get()
        .forEach(
            topic ->
                wanted
                    .computeIfAbsent(topic.topic(), name -> new HashSet<>())
                    .addAll(topic.partitions()));
    return partition ->
        wanted.getOrDefault(partition.topic(), Set.of()).contains(partition.partition());
  }

  private List<DescribeLogDirsTopic> topics(Predicate<TopicPartition> wanted) {
    Map<String, DescribeLogDirsTopic> topics = new TreeMap<>();
    for (Replica replica : context.replicas().all()) {
      TopicPartition partition = replica.id().topicPartition();
      if (wanted.test(partition)) {
        topics
            .computeIfAbsent(partition.topic(), name -> new DescribeLogDirsTopic().setName(name))
            .partitions()
            .add(describe(replica));
      }
    }
    return List.copyOf(topics.values());
  }

  private static DescribeLogDirsPartition describe(Replica replica) {
    long lag = replica.highWatermark() - replica.view().logEndOffset();
    return new DescribeLogDirsPartition()
        .setPartitionIndex(replica.id().partition())
        .setPartitionSize(replica.log().sizeBytes())
        .setOffsetLag(Math.max(0, lag));
  }
}
