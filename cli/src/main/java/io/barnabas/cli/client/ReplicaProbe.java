package io.barnabas.cli.client;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.BootstrapConfiguration;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.LogContext;

/**
 * Asks nodes about their own replicas, which no admin client does: where the log ends, by
 * ListOffsets as Kafka's tools for finding defects send it, and the high watermark, by a Fetch at
 * that end, which brings no records. Not for several threads.
 */
final class ReplicaProbe implements Closeable {
  private static final int ANSWER_LIMIT_MS = 2_000;
  private static final int CONNECT_LIMIT_MS = 2_000;
  private static final int MAX_BYTES = 1;
  private static final String METRICS = "barnabas";

  private final Metrics metrics = new Metrics();
  private final NetworkClient client;

  /**
   * How far a replica is, as far as it tells.
   *
   * @param leaderEpoch of the newest leadership that it knows
   * @param start where its log begins
   * @param end where its log ends
   * @param highWatermark below it is what it knows to be on all replicas in sync
   */
  record Progress(
      OptionalInt leaderEpoch, OptionalLong start, OptionalLong end, OptionalLong highWatermark) {
    /** Of a replica that does not answer. */
    static final Progress UNKNOWN =
        new Progress(
            OptionalInt.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
  }

  /**
   * Connects to nobody yet.
   *
   * @param properties as for an admin client
   */
  ReplicaProbe(Properties properties) {
    AdminClientConfig config = new AdminClientConfig(properties);
    LogContext log = new LogContext();
    Selector selector =
        new Selector(
            Selector.NO_IDLE_TIMEOUT_MS,
            metrics,
            Time.SYSTEM,
            METRICS,
            ClientUtils.createChannelBuilder(config, Time.SYSTEM, log),
            log);
    client =
        new NetworkClient(
            selector,
            new ManualMetadataUpdater(),
            String.valueOf(config.getString("client.id")),
            1,
            0,
            0,
            Selector.USE_DEFAULT_BUFFER_SIZE,
            Selector.USE_DEFAULT_BUFFER_SIZE,
            ANSWER_LIMIT_MS,
            CONNECT_LIMIT_MS,
            CONNECT_LIMIT_MS,
            Time.SYSTEM,
            true,
            new ApiVersions(),
            log,
            MetadataRecoveryStrategy.NONE,
            BootstrapConfiguration.DISABLED,
            false);
  }

  /**
   * How far a node's replicas of a topic's partitions are; those that it says nothing of are
   * absent.
   */
  Map<Integer, Progress> ask(Node node, String topic, Uuid id, List<Integer> partitions) {
    try {
      if (!NetworkClientUtils.awaitReady(client, node, Time.SYSTEM, ANSWER_LIMIT_MS)) {
        return Map.of();
      }
      Map<Integer, ListOffsetsPartitionResponse> ends = ends(node, topic, partitions);
      return progress(node, topic, id, ends);
    } catch (IOException e) {
      // It is away, or does not answer; what the cluster says of it stands beside it.
      return Map.of();
    }
  }

  private Map<Integer, ListOffsetsPartitionResponse> ends(
      Node node, String topic, List<Integer> partitions) throws IOException {
    ListOffsetsTopic asked = new ListOffsetsTopic().setName(topic);
    for (int partition : partitions) {
      asked
          .partitions()
          .add(
              new ListOffsetsPartition()
                  .setPartitionIndex(partition)
                  .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP));
    }
    ListOffsetsRequest.Builder request =
        ListOffsetsRequest.Builder.forReplica(
                ApiKeys.LIST_OFFSETS.latestVersion(), ListOffsetsRequest.DEBUGGING_REPLICA_ID)
            .setTargetTimes(List.of(asked));
    ListOffsetsResponse response = (ListOffsetsResponse) send(node, request);
    Map<Integer, ListOffsetsPartitionResponse> ends = new LinkedHashMap<>();
    response.topics().stream()
        .flatMap(each -> each.partitions().stream())
        .filter(each -> each.errorCode() == Errors.NONE.code())
        .forEach(each -> ends.put(each.partitionIndex(), each));
    return ends;
  }

  private Map<Integer, Progress> progress(
      Node node, String topic, Uuid id, Map<Integer, ListOffsetsPartitionResponse> ends)
      throws IOException {
    Map<TopicPartition, FetchRequest.PartitionData> asked = new LinkedHashMap<>();
    Map<Integer, Progress> progress = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          asked.put(
              new TopicPartition(topic, partition),
              new FetchRequest.PartitionData(
                  id,
                  end.offset(),
                  FetchRequest.INVALID_LOG_START_OFFSET,
                  MAX_BYTES,
                  Optional.empty()));
          progress.put(
              partition,
              new Progress(
                  known(end.leaderEpoch()),
                  OptionalLong.empty(),
                  known(end.offset()),
                  OptionalLong.empty()));
        });
    FetchRequest.Builder request =
        FetchRequest.Builder.forConsumer(ApiKeys.FETCH.latestVersion(), 0, 0, asked)
            .setMaxBytes(MAX_BYTES);
    FetchResponse response = (FetchResponse) send(node, request);
    response.data().responses().stream()
        .flatMap(each -> each.partitions().stream())
        .filter(each -> each.errorCode() == Errors.NONE.code())
        .forEach(
            each ->
                progress.computeIfPresent(
                    each.partitionIndex(),
                    (partition, known) ->
                        new Progress(
                            known.leaderEpoch(),
                            known(each.logStartOffset()),
                            known.end(),
                            known(each.highWatermark()))));
    return progress;
  }

  private static OptionalLong known(long offset) {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  private static OptionalInt known(int epoch) {
    return epoch < 0 ? OptionalInt.empty() : OptionalInt.of(epoch);
  }

  private AbstractResponse send(Node node, AbstractRequest.Builder<?> request) throws IOException {
    ClientRequest sent =
        client.newClientRequest(node.idString(), request, Time.SYSTEM.milliseconds(), true);
    return NetworkClientUtils.sendAndReceive(client, sent, Time.SYSTEM).responseBody();
  }

  @Override
  public void close() {
    client.close();
    metrics.close();
  }
}
