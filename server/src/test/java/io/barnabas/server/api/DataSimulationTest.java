package io.barnabas.server.api;

import static io.barnabas.server.api.Wire.at;
import static io.barnabas.server.api.Wire.error;
import static io.barnabas.server.api.Wire.only;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;

/**
 * Producers that pipeline and consumers that poll in sessions, all in virtual time and in whatever
 * order a seed makes of it: nobody reads what is not on disk, offsets have no gaps, nobody waits
 * for longer than they asked, clients that go away leave nothing open.
 */
class DataSimulationTest {
  private static final int SEEDS = 30;
  private static final int PARTITIONS = 3;
  private static final int PRODUCERS = 3;
  private static final int CONSUMERS = 3;
  private static final int REQUESTS = 25;

  /** What a turn of the scheduler and the answer itself may take on top of the time asked for. */
  private static final long SLACK_MS = 20;

  @Test
  void whatIsAcknowledgedIsReadInOrderByAll() {
    int waits = 0;
    int disconnects = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
      int[] counts = new int[2];
      world.run(() -> DataNode.with(world, 4, node -> new Load(node, counts).run()));
      waits += counts[0];
      disconnects += counts[1];
    }
    assertThat(waits).as("polls that waited").isGreaterThan(SEEDS * CONSUMERS);
    assertThat(disconnects).as("clients that went away").isGreaterThan(SEEDS);
  }

  /** One run. */
  private static final class Load {
    private final DataNode node;
    private final int[] counts;
    private final Uuid topic;

    /** What was acknowledged, by partition and offset. */
    private final List<Map<Long, String>> acknowledged = new ArrayList<>();

    /** What was read by anyone, by partition and offset. */
    private final List<Map<Long, String>> read = new ArrayList<>();

    private int producing = PRODUCERS;

    Load(DataNode node, int[] counts) {
      this.node = node;
      this.counts = counts;
      topic = node.topic("t", PARTITIONS, Map.of("segment.bytes", "1500"));
      for (int i = 0; i < PARTITIONS; i++) {
        acknowledged.add(new HashMap<>());
        read.add(new HashMap<>());
      }
    }

    void run() {
      List<WorldThread> threads = new ArrayList<>();
      for (int i = 0; i < PRODUCERS; i++) {
        int number = i;
        threads.add(node.world.threads().startVirtual("producer", () -> produce(number)));
      }
      for (int i = 0; i < CONSUMERS; i++) {
        threads.add(node.world.threads().startVirtual("consumer", () -> new Consumer().consume()));
      }
      threads.forEach(WorldThread::join);
      for (int i = 0; i < PARTITIONS; i++) {
        assertThat(read.get(i)).containsAllEntriesOf(acknowledged.get(i));
      }
      assertThat(acknowledged.stream().mapToInt(Map::size).sum()).isGreaterThan(REQUESTS);
    }

    private int random(int bound) {
      return node.world.randomness().nextInt(bound);
    }

    private void pause(int maxMillis) {
      node.world.threads().sleep(random(maxMillis + 1) * 1_000_000L);
    }

    // --- producing

    private record Sent(FakeCall call, int partition, List<String> values) {}

    private void produce(int producer) {
      List<Sent> pipeline = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        int partition = random(PARTITIONS);
        String[] values = new String[1 + random(3)];
        for (int v = 0; v < values.length; v++) {
          values[v] = "%d-%d-%d-%s".formatted(producer, i, v, "x".repeat(random(300)));
        }
        int acks = random(3) - 1;
        FakeCall call = new FakeCall(13);
        node.produce.handle(
            Wire.produce(topic, partition, Wire.batch(values))
                .setAcks((short) acks)
                .setTimeoutMs(1 + random(200)),
            call);
        if (acks == 0) {
          assertThat(call.awaitEnd()).isEqualTo("nothing");
        } else {
          pipeline.add(new Sent(call, partition, List.of(values)));
        }
        while (pipeline.size() > 4) {
          settle(pipeline.removeFirst());
        }
        pause(30);
      }
      pipeline.forEach(this::settle);
      producing--;
    }

    private void settle(Sent sent) {
      PartitionProduceResponse answer = only(sent.call().await(ProduceResponseData.class));
      if (error(answer.errorCode()) == Errors.REQUEST_TIMED_OUT) {
        return;
      }
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      for (int i = 0; i < sent.values().size(); i++) {
        String before =
            acknowledged.get(sent.partition()).put(answer.baseOffset() + i, sent.values().get(i));
        assertThat(before).as("offset given twice").isNull();
      }
    }

    // --- consuming

    private final class Consumer {
      private final long[] next = new long[PARTITIONS];
      private int session;
      private int epoch;

      void consume() {
        while (true) {
          boolean last = producing == 0;
          boolean complete = poll();
          if (last && complete && caughtUp()) {
            return;
          }
          pause(10);
        }
      }

      private boolean caughtUp() {
        for (int i = 0; i < PARTITIONS; i++) {
          if (next[i] < node.replicas.require(topic, i).view().logEndOffset()) {
            return false;
          }
        }
        return true;
      }

      private boolean poll() {
        FetchPartition[] positions = new FetchPartition[PARTITIONS];
        for (int i = 0; i < PARTITIONS; i++) {
          positions[i] = at(i, next[i]).setPartitionMaxBytes(1 + random(4_000));
        }
        int maxWaitMs = random(300);
        FetchRequestData request =
            Wire.fetch(topic, positions)
                .setSessionId(session)
                .setSessionEpoch(epoch)
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(random(4) == 0 ? 1_500 : 1)
                .setMaxBytes(1 + random(6_000));
        long before = node.world.clock().nanoTime();
        FakeCall call = node.startFetch(request);
        counts[0] += call.isAnswered() ? 0 : 1;
        if (random(12) == 0) {
          pause(100);
          call.disconnect();
          counts[1]++;
          session = 0;
          epoch = 0;
          return false;
        }
        FetchResponseData answer = call.await(FetchResponseData.class);
        assertThat((node.world.clock().nanoTime() - before) / 1_000_000)
            .isLessThanOrEqualTo(maxWaitMs + SLACK_MS);
        take(answer);
        return true;
      }

      private void take(FetchResponseData answer) {
        assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
        session = answer.sessionId();
        epoch = session == 0 ? 0 : epoch + 1;
        for (FetchableTopicResponse of : answer.responses()) {
          for (PartitionData partition : of.partitions()) {
            assertThat(error(partition.errorCode())).isEqualTo(Errors.NONE);
            take(partition);
          }
        }
      }

      private void take(PartitionData partition) {
        int number = partition.partitionIndex();
        if (!(partition.records() instanceof MemoryRecords records)) {
          throw new AssertionError("no records in " + partition);
        }
        for (Record record : records.records()) {
          assertThat(record.offset()).isEqualTo(next[number]++);
          assertThat(record.offset()).isLessThan(partition.highWatermark());
          String value = StandardCharsets.UTF_8.decode(record.value()).toString();
          String known = read.get(number).putIfAbsent(record.offset(), value);
          assertThat(value).isEqualTo(known == null ? value : known);
        }
      }
    }
  }
}
