package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.server.Requests.Fetched;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A random load, and what its clients remember of it: the clients' memory survives when the node's
 * machine does not. All threads of a simulation take turns, so it needs no locks.
 */
final class ClientLoad {
  private static final String TOPIC = "load";
  private static final int PARTITIONS = 2;
  private static final int PRODUCERS = 2;
  private static final int BATCHES = 8;
  private static final int MAX_RECORDS_PER_BATCH = 4;

  /** One producer's sending to one partition. */
  private static final class Sender {
    final int partition;
    final String name;
    long producerId = -1;
    int nextSequence;

    /** What was sent and not acknowledged yet. */
    List<String> inFlight = List.of();

    Sender(int partition, String name) {
      this.partition = partition;
      this.name = name;
    }
  }

  private final String where;
  private final List<Sender> senders = new ArrayList<>();

  /** By partition, values by offset. */
  private final List<Map<Long, String>> acknowledged = new ArrayList<>();

  private final List<Map<Long, String>> seen = new ArrayList<>();
  private @Nullable Uuid topicId;

  ClientLoad(String where) {
    this.where = where;
    for (int i = 0; i < PARTITIONS; i++) {
      acknowledged.add(new TreeMap<>());
      seen.add(new TreeMap<>());
      for (int j = 0; j < PRODUCERS; j++) {
        senders.add(new Sender(i, "p" + i + "-" + j));
      }
    }
  }

  /** Starts a node, runs the whole load against it and stops it. */
  void run(World world, NodeSettings settings) throws Exception {
    try (Node node = Node.start(world, settings)) {
      InetSocketAddress address = node.addresses().getFirst();
      try (TestClient client = TestClient.connect(world, address)) {
        topicId =
            Requests.createTopic(client, TOPIC, PARTITIONS, Map.of("segment.bytes", "1048576"));
      }
      Uuid topic = topicId;
      List<WorldThread> threads = new ArrayList<>();
      for (Sender sender : senders) {
        threads.add(start(world, sender.name, () -> send(world, address, topic, sender)));
      }
      threads.add(start(world, "consumer", () -> consume(world, address, topic)));
      threads.forEach(WorldThread::join);
    }
  }

  private interface Task {
    void run() throws IOException;
  }

  private static WorldThread start(World world, String name, Task task) {
    return world
        .threads()
        .startVirtual(
            name,
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private void send(World world, InetSocketAddress address, Uuid topic, Sender sender)
      throws IOException {
    try (TestClient client = TestClient.connect(world, address)) {
      sender.producerId = Requests.newProducerId(client);
      for (int batch = 0; batch < BATCHES; batch++) {
        int count = 1 + world.randomness().nextInt(MAX_RECORDS_PER_BATCH);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          values.add(sender.name + ":" + (sender.nextSequence + i));
        }
        sender.inFlight = values;
        sendInFlight(client, topic, sender);
      }
    }
  }

  private void sendInFlight(TestClient client, Uuid topic, Sender sender) throws IOException {
    var answer =
        Requests.produce(
            client,
            topic,
            sender.partition,
            sender.producerId,
            sender.nextSequence,
            sender.inFlight);
    assertThat(Errors.forCode(answer.errorCode())).as(where).isEqualTo(Errors.NONE);
    for (int i = 0; i < sender.inFlight.size(); i++) {
      remember(acknowledged.get(sender.partition), answer.baseOffset() + i, sender.inFlight.get(i));
    }
    sender.nextSequence += sender.inFlight.size();
    sender.inFlight = List.of();
  }

  private void remember(Map<Long, String> memory, long offset, String value) {
    String other = memory.put(offset, value);
    assertThat(other).as("%s: twice at offset %d", where, offset).isIn(null, value);
  }

  /** Reads along; what a consumer saw must not be gone later, acknowledged or not. */
  private void consume(World world, InetSocketAddress address, Uuid topic) throws IOException {
    try (TestClient client = TestClient.connect(world, address)) {
      long[] next = new long[PARTITIONS];
      for (int round = 0; round < BATCHES; round++) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          var answer = Requests.fetch(client, topic, partition, next[partition], 5);
          assertThat(Errors.forCode(answer.errorCode())).as(where).isEqualTo(Errors.NONE);
          for (Fetched record : Requests.records(answer, next[partition])) {
            assertThat(record.offset()).as(where).isEqualTo(next[partition]);
            remember(seen.get(partition), record.offset(), record.value());
            next[partition]++;
          }
        }
      }
    }
  }

  /** Starts a node on what the disk has kept, compares, and lets the producers go on. */
  void check(World world, NodeSettings settings) throws Exception {
    Uuid topic = topicId;
    try (Node node = Node.start(world, settings);
        TestClient client = TestClient.connect(world, node.addresses().getFirst())) {
      node.awaitReady();
      if (topic == null) {
        return;
      }
      for (int partition = 0; partition < PARTITIONS; partition++) {
        compare(partition, Requests.fetchAll(client, topic, partition));
      }
      for (Sender sender : senders) {
        if (!sender.inFlight.isEmpty()) {
          sendInFlight(client, topic, sender);
        }
      }
      for (int partition = 0; partition < PARTITIONS; partition++) {
        List<Fetched> all = Requests.fetchAll(client, topic, partition);
        compare(partition, all);
        assertThat(all.stream().map(Fetched::value).sorted().toList())
            .as("%s: partition %d after all was sent again", where, partition)
            .isEqualTo(sentTo(partition));
      }
    }
  }

  private List<String> sentTo(int partition) {
    List<String> sent = new ArrayList<>();
    for (Sender sender : senders) {
      for (int i = 0; sender.partition == partition && i < sender.nextSequence; i++) {
        sent.add(sender.name + ":" + i);
      }
    }
    Collections.sort(sent);
    return sent;
  }

  private void compare(int partition, List<Fetched> all) {
    Map<String, Integer> nextOf = new HashMap<>();
    for (int offset = 0; offset < all.size(); offset++) {
      Fetched record = all.get(offset);
      assertThat(record.offset()).as(where).isEqualTo(offset);
      String[] parts = record.value().split(":", -1);
      int number = Integer.parseInt(parts[1]);
      assertThat(number)
          .as("%s: order of %s in partition %d", where, record.value(), partition)
          .isEqualTo(nextOf.merge(parts[0], 1, Integer::sum) - 1);
      assertThat(senders)
          .as("%s: %s was sent", where, record.value())
          .anyMatch(
              sender ->
                  sender.partition == partition
                      && sender.name.equals(parts[0])
                      && number < sender.nextSequence + sender.inFlight.size());
    }
    for (var memory : List.of(acknowledged.get(partition), seen.get(partition))) {
      memory.forEach(
          (offset, value) ->
              assertThat(offset < all.size() ? all.get(offset.intValue()).value() : "nothing")
                  .as("%s: partition %d, offset %d", where, partition, offset)
                  .isEqualTo(value));
    }
  }
}
