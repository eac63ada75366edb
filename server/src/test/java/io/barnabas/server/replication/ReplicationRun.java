package io.barnabas.server.replication;

import static io.barnabas.server.replication.HandMadeController.PARTITION;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.replica.Replica;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * One seed: three nodes, producers with acks=all, one of them idempotent and pipelined, a consumer,
 * and faults; then peace, in which all must come together again. For the world's first machine.
 */
final class ReplicationRun {
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
  private static final List<Integer> IDS = List.of(1, 2, 3);
  private static final int PEACE_MS = 60_000;
  private static final String IDEMPOTENT = "i";

  private final SimulatedWorld world;
  private final HandMadeController controller = new HandMadeController(IDS);
  private final Map<Integer, ReplicaNode> nodes = new HashMap<>();
  private final Map<Long, String> acknowledged = new TreeMap<>();
  private final Map<Long, String> seen = new TreeMap<>();
  private final Map<Integer, Long> watermarks = new HashMap<>();
  private boolean ended;
  private List<String> sentInOrder = List.of();
  private int readAtFollowers;

  ReplicationRun(SimulatedWorld world) {
    this.world = world;
  }

  /** What came of a run: records acknowledged, and answers of followers with records. */
  record Outcome(int acknowledged, int readAtFollowers) {}

  Outcome run(int faults) {
    IDS.forEach(this::start);
    List<WorldThread> clients = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String name = "p" + i;
      clients.add(world.threads().startVirtual(name, () -> produce(name)));
    }
    clients.add(world.threads().startVirtual("idempotent", this::produceInOrder));
    clients.add(world.threads().startVirtual("consumer", this::consume));
    sleep(1_000);
    for (int i = 0; i < faults; i++) {
      sleep(random(500));
      fault();
    }
    makePeace();
    sleep(1_000);
    ended = true;
    clients.forEach(WorldThread::join);
    awaitAgreement();
    check();
    return new Outcome(acknowledged.size(), readAtFollowers);
  }

  private int random(int bound) {
    return world.randomness().nextInt(bound);
  }

  private void sleep(long ms) {
    world.threads().sleep(ms * MILLISECOND);
  }

  // --- nodes and faults

  private static String name(int id) {
    return "n" + id;
  }

  private void start(int id) {
    SimulatedMachine machine = world.machine(name(id));
    if (machine.isCrashed()) {
      machine = world.restart(name(id));
    }
    nodes.put(id, new ReplicaNode(id, machine, controller));
  }

  private void fault() {
    int id = 1 + random(IDS.size());
    int other = 1 + (id + random(IDS.size() - 1)) % IDS.size();
    switch (random(9)) {
      case 0, 1, 2 -> crash(id);
      case 3 -> IDS.forEach(this::crash);
      case 4 -> during(() -> world.cut(name(id), name(other)), () -> heal(id, other));
      case 5 -> during(() -> world.silence(name(id), name(other)), () -> heal(id, other));
      case 6 -> world.breakConnections(name(id), name(other));
      case 7 -> controller.fence(id);
      default -> controller.electPreferred();
    }
  }

  private void heal(int a, int b) {
    world.heal(name(a), name(b));
  }

  private void during(Runnable begin, Runnable end) {
    begin.run();
    long ms = random(3_000);
    world
        .threads()
        .startVirtual(
            "later",
            () -> {
              sleep(ms);
              end.run();
            });
  }

  private void crash(int id) {
    SimulatedMachine machine = world.machine(name(id));
    if (machine.isCrashed()) {
      return;
    }
    CrashMode mode = List.of(CrashMode.values()).get(random(CrashMode.values().length));
    machine.crash(mode);
    int noticed = random(300);
    world
        .threads()
        .startVirtual(
            "restart-" + id,
            () -> {
              sleep(noticed);
              controller.fence(id);
              sleep(random(2_000));
              start(id);
            });
  }

  private void makePeace() {
    for (int a : IDS) {
      IDS.stream().filter(b -> b > a).forEach(b -> heal(a, b));
    }
    // What was to heal or to start again later does so within this time.
    sleep(4_000);
    for (int a : IDS) {
      IDS.stream().filter(b -> b > a).forEach(b -> heal(a, b));
    }
  }

  // --- clients

  private Peers client(String name) {
    return new Peers(world, name, new PeerLimits(10, 1 << 20, 500, 60_000, 1));
  }

  private Optional<ApiMessage> ask(
      Peers peers, int node, ApiKeys api, int version, ApiMessage request) {
    Optional<Fact.Endpoint> endpoint = endpoint(node);
    if (endpoint.isEmpty()) {
      sleep(20);
      return Optional.empty();
    }
    try {
      return Optional.of(peers.send(endpoint.get(), api, (short) version, request, 1_000).join());
    } catch (CompletionException e) {
      sleep(20);
      return Optional.empty();
    }
  }

  private void produce(String name) {
    try (Peers peers = client(name)) {
      for (int i = 0; !ended; i++) {
        int count = 1 + random(3);
        SimpleRecord[] records = new SimpleRecord[count];
        for (int j = 0; j < count; j++) {
          records[j] =
              new SimpleRecord(
                  1_800_000_000_000L, value(name, i, j).getBytes(StandardCharsets.UTF_8));
        }
        ProduceRequestData request =
            new ProduceRequestData().setAcks((short) -1).setTimeoutMs(800).setTransactionalId(null);
        request
            .topicData()
            .add(
                new TopicProduceData()
                    .setTopicId(PARTITION.topicId())
                    .setPartitionData(
                        List.of(
                            new PartitionProduceData()
                                .setIndex(0)
                                .setRecords(
                                    MemoryRecords.withRecords(Compression.NONE, records)))));
        int batch = i;
        ask(peers, controller.partition().leader(), ApiKeys.PRODUCE, 13, request)
            .ifPresent(answer -> produced((ProduceResponseData) answer, name, batch, count));
        sleep(random(20));
      }
    }
  }

  /** Whatever fails meanwhile, in the end each of its records is in the log once, in order. */
  private void produceInOrder() {
    try (Peers peers = client(IDEMPOTENT)) {
      PipelinedProducer producer =
          new PipelinedProducer(
              IDEMPOTENT,
              77,
              PARTITION,
              peers,
              (offset, values) -> {
                for (int i = 0; i < values.size(); i++) {
                  agree(acknowledged, offset + i, values.get(i));
                }
              });
      while (!ended || !producer.hasAllAcknowledged()) {
        leaderEndpoint().ifPresent(leader -> producer.sendTo(leader, this::recordsOfNext));
        sleep(random(50));
      }
      sentInOrder = producer.sent();
    }
  }

  private Optional<Integer> recordsOfNext() {
    sleep(random(5));
    return ended ? Optional.empty() : Optional.of(1 + random(3));
  }

  private Optional<Fact.Endpoint> leaderEndpoint() {
    return endpoint(controller.partition().leader());
  }

  private Optional<Fact.Endpoint> endpoint(int node) {
    return controller.image().broker(node).map(broker -> broker.endpoints().getFirst());
  }

  private static String value(String producer, int batch, int record) {
    return "%s-%d-%d".formatted(producer, batch, record);
  }

  private void produced(ProduceResponseData answer, String name, int batch, int count) {
    PartitionProduceResponse partition =
        answer.responses().iterator().next().partitionResponses().getFirst();
    if (Errors.forCode(partition.errorCode()) != Errors.NONE) {
      sleep(random(50));
      return;
    }
    for (int j = 0; j < count; j++) {
      agree(acknowledged, partition.baseOffset() + j, value(name, batch, j));
    }
  }

  private static void agree(Map<Long, String> all, long offset, String value) {
    String before = all.putIfAbsent(offset, value);
    assertThat(before == null || before.equals(value))
        .as("offset %d is %s, and was %s", offset, value, before)
        .isTrue();
  }

  private void consume() {
    long next = 0;
    try (Peers peers = client("consumer")) {
      while (!ended) {
        PartitionImage partition = controller.partition();
        FetchRequestData request =
            new FetchRequestData()
                .setMaxWaitMs(random(2) * 100)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionEpoch(-1)
                .setTopics(
                    List.of(
                        new FetchTopic()
                            .setTopicId(PARTITION.topicId())
                            .setPartitions(
                                List.of(
                                    new FetchPartition()
                                        .setCurrentLeaderEpoch(partition.leaderEpoch())
                                        .setFetchOffset(next)
                                        .setPartitionMaxBytes(2_000)))));
        // Some consumers read from followers, all of what is there.
        int node = random(3) == 0 ? 1 + random(IDS.size()) : partition.leader();
        Optional<ApiMessage> answer = ask(peers, node, ApiKeys.FETCH, 18, request);
        if (answer.isPresent()) {
          next = consumed((FetchResponseData) answer.get(), node, next, partition);
        }
        sleep(random(20));
      }
    }
  }

  /** Where to go on; now and then from the beginning. */
  private long consumed(FetchResponseData answer, int node, long from, PartitionImage asked) {
    PartitionData data = answer.responses().getFirst().partitions().getFirst();
    boolean leads = node == asked.leader();
    Errors error = Errors.forCode(data.errorCode());
    if (error != Errors.NONE) {
      assertThat(leads && error == Errors.OFFSET_OUT_OF_RANGE).as("lost by the leader").isFalse();
      sleep(random(50));
      return from;
    }
    if (leads) {
      long before = watermarks.getOrDefault(asked.leaderEpoch(), 0L);
      assertThat(data.highWatermark()).as("high watermark").isGreaterThanOrEqualTo(before);
      watermarks.put(asked.leaderEpoch(), data.highWatermark());
    } else {
      readAtFollowers += data.records().sizeInBytes() > 0 ? 1 : 0;
    }
    long next = from;
    for (Record record : ((MemoryRecords) data.records()).records()) {
      if (record.offset() >= from) {
        assertThat(record.offset()).as("nothing is left out").isEqualTo(next);
        agree(seen, next, StandardCharsets.UTF_8.decode(record.value()).toString());
        next++;
      }
    }
    return random(20) == 0 ? 0 : next;
  }

  // --- the end

  private void awaitAgreement() {
    for (int ms = 0; !isAgreed(); ms += 100) {
      assertThat(ms).as(() -> "all are in sync again; now " + state()).isLessThan(PEACE_MS);
      sleep(100);
    }
  }

  private boolean isAgreed() {
    PartitionImage partition = controller.partition();
    List<Optional<Replica>> replicas = nodes.values().stream().map(ReplicaNode::replica).toList();
    return partition.isr().size() == IDS.size()
        && replicas.stream().allMatch(Optional::isPresent)
        && replicas.stream().filter(r -> r.orElseThrow().isLeader()).count() == 1
        && replicas.stream()
                .flatMap(r -> List.of(end(r), r.orElseThrow().highWatermark()).stream())
                .distinct()
                .count()
            == 1;
  }

  private static long end(Optional<Replica> replica) {
    return replica.orElseThrow().view().logEndOffset();
  }

  private String state() {
    StringBuilder text =
        new StringBuilder(controller.partition() + " " + controller.image().brokers());
    nodes.forEach(
        (id, node) ->
            text.append(
                node.replica()
                    .map(r -> " %d: %s hw %d".formatted(id, r.view(), r.highWatermark()))
                    .orElse(" %d: none".formatted(id))));
    return text.toString();
  }

  private void check() {
    List<ByteBuffer> logs = new ArrayList<>();
    for (ReplicaNode node : nodes.values()) {
      Replica replica = node.replica().orElseThrow();
      logs.add(node.call(() -> ReplicaNode.bytes(replica.log(), replica.highWatermark())).join());
    }
    assertThat(logs).as("the logs' bytes").allMatch(bytes -> bytes.equals(logs.getFirst()));
    Map<Long, String> stored = new TreeMap<>();
    for (Record record : MemoryRecords.readableRecords(logs.getFirst().duplicate()).records()) {
      stored.put(record.offset(), StandardCharsets.UTF_8.decode(record.value()).toString());
    }
    assertThat(stored).as("acknowledged records").containsAllEntriesOf(acknowledged);
    assertThat(stored.values().stream().filter(v -> v.startsWith(IDEMPOTENT)))
        .as("records of the idempotent producer")
        .containsExactlyElementsOf(sentInOrder);
    assertThat(stored).as("what the consumer has seen").containsAllEntriesOf(seen);
  }
}
