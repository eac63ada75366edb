package io.barnabas.server.simulation;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.server.simulation.History.Impossible;
import io.barnabas.world.Connection;
import io.barnabas.world.simulated.SimulatedMachine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/**
 * A client on a machine of its own: its connections, and what it knows of who leads. As Kafka's own
 * clients do, it does not believe news that is older than what it knows.
 */
final class Client implements AutoCloseable {
  static final int TIMEOUT_MS = 400;

  private static final long MILLISECOND_NANOS = 1_000_000;

  /** What a broker may answer while things go wrong; after a while it is to end. */
  private static final Set<Errors> PASSING =
      Set.of(
          Errors.NONE,
          Errors.NOT_LEADER_OR_FOLLOWER,
          Errors.REQUEST_TIMED_OUT,
          Errors.NOT_ENOUGH_REPLICAS,
          Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
          Errors.KAFKA_STORAGE_ERROR,
          Errors.UNKNOWN_TOPIC_ID,
          Errors.UNKNOWN_TOPIC_OR_PARTITION,
          Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
          Errors.LEADER_NOT_AVAILABLE,
          Errors.COORDINATOR_NOT_AVAILABLE,
          Errors.COORDINATOR_LOAD_IN_PROGRESS,
          Errors.FENCED_LEADER_EPOCH,
          Errors.UNKNOWN_LEADER_EPOCH,
          Errors.OFFSET_NOT_AVAILABLE,
          Errors.REPLICA_NOT_AVAILABLE);

  /** Where a partition is led. */
  record Route(Uuid topic, int leader, int leaderEpoch) {}

  private final ClusterRun run;
  private final String name;
  private final SimulatedMachine machine;
  private final Peers peers;
  private final Map<String, Map<Integer, Route>> routes = new HashMap<>();
  private final Map<Integer, Connection> talking = new HashMap<>();

  Client(ClusterRun run, String name) {
    this.run = run;
    this.name = name;
    machine = run.world().machine(name);
    peers = new Peers(machine, name, new PeerLimits(10, 1 << 20, 300, 60_000, 1));
  }

  String name() {
    return name;
  }

  SimulatedMachine machine() {
    return machine;
  }

  int below(int bound) {
    return run.below(bound);
  }

  void sleep(long ms) {
    machine.threads().sleep(ms * MILLISECOND_NANOS);
  }

  long now() {
    return machine.clock().nanoTime();
  }

  /** Takes notice of an error that does not pass. */
  void note(ApiKeys api, Errors error) {
    if (!PASSING.contains(error)) {
      run.history().add(new Impossible("%s to %s from %s".formatted(error, name, api)));
    }
  }

  // --- requests

  CompletableFuture<ApiMessage> send(int node, ApiKeys api, int version, ApiMessage request) {
    return peers.send(Nodes.endpoint(node), api, (short) version, request, TIMEOUT_MS);
  }

  /** Empty if there was no answer. */
  static Optional<ApiMessage> await(CompletableFuture<ApiMessage> answer) {
    try {
      return Optional.of(answer.join());
    } catch (CompletionException e) {
      return Optional.empty();
    }
  }

  Optional<ApiMessage> ask(int node, ApiKeys api, int version, ApiMessage request) {
    return await(send(node, api, version, request));
  }

  /** The same, of what may take longer. */
  Optional<ApiMessage> ask(int node, ApiKeys api, int version, ApiMessage request, int timeoutMs) {
    return await(peers.send(Nodes.endpoint(node), api, (short) version, request, timeoutMs));
  }

  /** Sends what is not answered, over a connection of its own. */
  void tell(int node, ApiKeys api, int version, ApiMessage request) {
    try {
      Connection connection = talking.get(node);
      if (connection == null) {
        Endpoint to = Nodes.endpoint(node);
        connection =
            machine
                .network()
                .connect(
                    InetSocketAddress.createUnresolved(to.host(), to.port()),
                    TIMEOUT_MS * MILLISECOND_NANOS);
        talking.put(node, connection);
      }
      connection.write(frame(api, (short) version, request));
    } catch (IOException e) {
      hangUp(node);
    }
  }

  private void hangUp(int node) {
    Connection connection = talking.remove(node);
    if (connection != null) {
      connection.close();
    }
  }

  private ByteBuffer frame(ApiKeys api, short version, ApiMessage request) {
    RequestHeader header = new RequestHeader(api, version, name, 0);
    ByteBuffer payload =
        RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
    return ByteBuffer.allocate(Integer.BYTES + payload.remaining())
        .putInt(payload.remaining())
        .put(payload)
        .flip();
  }

  int anyNode() {
    List<Integer> ids = run.nodes().ids();
    return ids.get(below(ids.size()));
  }

  // --- who leads

  /**
   * Where the partitions of a topic are led, as far as it knows; those that nobody leads left out.
   */
  Map<Integer, Route> routes(String topic) {
    return routes.getOrDefault(topic, Map.of());
  }

  Optional<Route> route(String topic, int partition) {
    return Optional.ofNullable(routes(topic).get(partition));
  }

  /** Asks one of the nodes. */
  void refresh(String topic) {
    MetadataRequestData request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestTopic().setName(topic)));
    Optional<ApiMessage> answer = ask(anyNode(), ApiKeys.METADATA, 12, request);
    if (answer.isEmpty()) {
      sleep(10 + below(30));
      return;
    }
    MetadataResponseTopic found = ((MetadataResponseData) answer.get()).topics().find(topic);
    if (found == null || found.errorCode() != Errors.NONE.code()) {
      sleep(10 + below(30));
      return;
    }
    learn(topic, found);
  }

  private void learn(String topic, MetadataResponseTopic found) {
    Map<Integer, Route> known = routes.computeIfAbsent(topic, t -> new HashMap<>());
    found
        .partitions()
        .forEach(
            partition -> {
              Route before = known.get(partition.partitionIndex());
              if (before == null
                  || !before.topic().equals(found.topicId())
                  || before.leaderEpoch() <= partition.leaderEpoch()) {
                known.put(
                    partition.partitionIndex(),
                    new Route(found.topicId(), partition.leaderId(), partition.leaderEpoch()));
              }
            });
  }

  @Override
  public void close() {
    List.copyOf(talking.keySet()).forEach(this::hangUp);
    peers.close();
  }
}
