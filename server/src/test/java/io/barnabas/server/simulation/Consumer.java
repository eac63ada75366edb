package io.barnabas.server.simulation;

import io.barnabas.server.simulation.Client.Route;
import io.barnabas.server.simulation.History.End;
import io.barnabas.server.simulation.History.Impossible;
import io.barnabas.server.simulation.History.OutOfRange;
import io.barnabas.server.simulation.History.Part;
import io.barnabas.server.simulation.History.Poll;
import io.barnabas.server.simulation.History.Seen;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * Reads all topics, of each node all partitions that it leads at once; now and then from the
 * beginning again, and now and then from a node that does not lead them, or not any more. One that
 * has fetch sessions tells nodes only what is another than before.
 */
final class Consumer implements Runnable {
  private static final int MOST_BYTES = 2_000;
  private static final int WITHOUT_SESSION = -1;

  private final WholeClusterRun run;
  private final Client client;
  private final boolean withSessions;
  private final Map<Integer, Session> sessions = new HashMap<>();
  private final Map<Part, Long> next = new HashMap<>();

  Consumer(WholeClusterRun run, String name, boolean withSessions) {
    this.run = run;
    this.withSessions = withSessions;
    this.client = new Client(run, name);
  }

  @Override
  public void run() {
    try (client) {
      while (!run.isOver()) {
        String topic = run.topics().get(client.below(run.topics().size()));
        if (client.routes(topic).isEmpty() || client.below(10) == 0) {
          client.refresh(topic);
        }
        if (client.below(5) == 0) {
          askForEnd(topic);
        } else {
          fetchAll();
        }
        client.sleep(client.below(60));
      }
    }
  }

  private record Asked(String topic, int partition, Route route, long from) {
    Part part() {
      return new Part(route.topic(), partition);
    }

    FetchPartition inRequest() {
      return new FetchPartition()
          .setPartition(partition)
          .setCurrentLeaderEpoch(route.leaderEpoch())
          .setFetchOffset(from)
          .setPartitionMaxBytes(MOST_BYTES);
    }
  }

  // --- records

  private void fetchAll() {
    Map<Integer, List<Asked>> byLeader = new TreeMap<>();
    for (String topic : run.topics()) {
      client
          .routes(topic)
          .forEach(
              (partition, route) -> {
                if (route.leader() >= 0) {
                  Part part = new Part(route.topic(), partition);
                  long from = client.below(20) == 0 ? 0 : next.getOrDefault(part, 0L);
                  byLeader
                      .computeIfAbsent(route.leader(), leader -> new ArrayList<>())
                      .add(new Asked(topic, partition, route, from));
                }
              });
    }
    if (byLeader.isEmpty()) {
      return;
    }
    List<Integer> leaders = List.copyOf(byLeader.keySet());
    int leader = leaders.get(client.below(leaders.size()));
    fetch(
        client.below(8) == 0 ? client.anyNode() : leader, byLeader.getOrDefault(leader, List.of()));
  }

  private void fetch(int node, List<Asked> asked) {
    Map<Part, FetchPartition> wanted = new LinkedHashMap<>();
    asked.forEach(each -> wanted.put(each.part(), each.inRequest()));
    FetchRequestData request =
        new FetchRequestData()
            .setMaxWaitMs(client.below(2) * 50)
            .setMinBytes(1)
            .setMaxBytes(1 << 20);
    Session session = sessions.computeIfAbsent(node, each -> new Session());
    session.ask(request, wanted);
    if (!withSessions) {
      session.begin();
      request.setSessionEpoch(WITHOUT_SESSION);
    }
    long began = client.now();
    Optional<ApiMessage> answer = client.ask(node, ApiKeys.FETCH, 17, request);
    if (answer.isEmpty()) {
      session.begin();
      client.refresh(asked.isEmpty() ? run.topics().getFirst() : asked.getFirst().topic());
      return;
    }
    FetchResponseData data = (FetchResponseData) answer.get();
    if (!session.goesOn(data)) {
      return;
    }
    for (FetchableTopicResponse topic : data.responses()) {
      for (PartitionData partition : topic.partitions()) {
        Part part = new Part(topic.topicId(), partition.partitionIndex());
        asked.stream()
            .filter(each -> each.part().equals(part))
            .findFirst()
            .ifPresentOrElse(
                each -> take(each, partition, node, began),
                () -> run.history().add(new Impossible(part + " was not asked for")));
      }
    }
  }

  private void take(Asked asked, PartitionData data, int node, long began) {
    Errors error = Errors.forCode(data.errorCode());
    Part part = asked.part();
    boolean byLeader = node == asked.route().leader();
    if (error == Errors.OFFSET_OUT_OF_RANGE && !byLeader) {
      client.refresh(asked.topic());
    } else if (error == Errors.OFFSET_OUT_OF_RANGE) {
      next.merge(part, run.history().trimmedTo(part), Math::max);
      run.history()
          .add(
              new OutOfRange(
                  client.name(), part, asked.route().leaderEpoch(), asked.from(), client.now()));
    } else if (error != Errors.NONE) {
      client.note(ApiKeys.FETCH, error);
      client.refresh(asked.topic());
    } else {
      List<Seen> seen = seen((MemoryRecords) data.records(), asked.from());
      run.history()
          .add(
              new Poll(
                  client.name(),
                  part,
                  asked.route().leaderEpoch(),
                  byLeader,
                  asked.from(),
                  data.highWatermark(),
                  seen,
                  began,
                  client.now()));
      next.put(part, seen.isEmpty() ? asked.from() : seen.getLast().offset() + 1);
    }
  }

  static List<Seen> seen(MemoryRecords records, long from) {
    List<Seen> seen = new ArrayList<>();
    for (Record record : records.records()) {
      if (record.offset() >= from) {
        seen.add(
            new Seen(record.offset(), StandardCharsets.UTF_8.decode(record.value()).toString()));
      }
    }
    return seen;
  }

  // --- ends

  /** By name: not of topics that there are several of by one name. */
  private void askForEnd(String topic) {
    Map<Integer, Route> routes = client.routes(topic);
    if (routes.isEmpty() || run.isRecreated(topic)) {
      return;
    }
    int partition = client.below(routes.size());
    Route route = routes.get(partition);
    if (route == null || route.leader() < 0) {
      return;
    }
    ListOffsetsRequestData request =
        new ListOffsetsRequestData()
            .setReplicaId(ListOffsetsRequest.CONSUMER_REPLICA_ID)
            .setTopics(
                List.of(
                    new ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(
                            List.of(
                                new ListOffsetsPartition()
                                    .setPartitionIndex(partition)
                                    .setCurrentLeaderEpoch(route.leaderEpoch())
                                    .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP)))));
    long began = client.now();
    int node = client.below(8) == 0 ? client.anyNode() : route.leader();
    Optional<ApiMessage> answer = client.ask(node, ApiKeys.LIST_OFFSETS, 9, request);
    if (answer.isEmpty()) {
      client.refresh(topic);
      return;
    }
    ListOffsetsPartitionResponse found =
        ((ListOffsetsResponseData) answer.get()).topics().getFirst().partitions().getFirst();
    Errors error = Errors.forCode(found.errorCode());
    if (error == Errors.NONE) {
      run.history()
          .add(
              new End(
                  client.name(),
                  new Part(route.topic(), partition),
                  route.leaderEpoch(),
                  found.offset(),
                  began,
                  client.now()));
    } else {
      client.note(ApiKeys.LIST_OFFSETS, error);
      client.refresh(topic);
    }
  }
}
