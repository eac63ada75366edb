package io.barnabas.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.FileRegion;
import io.barnabas.world.DiskFile;
import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of every kind, from seeds: answers come in order, each once, and nothing leaks. */
@Timeout(120)
class SimulatedConnectionsTest {
  private static final int PORT = 9092;
  private static final InetSocketAddress SERVER = InetSocketAddress.createUnresolved("n1", PORT);
  private static final int MAX_REQUEST_BYTES = 200_000;
  private static final int FILE_BYTES = 40_000;
  private static final short METADATA_VERSION = 12;
  private static final short FETCH_VERSION = 12;
  private static final long MILLISECOND_NANOS = 1_000_000;

  /** What the handlers saw. All threads of a simulation take turns, so it need not be guarded. */
  private static final class Seen {
    int slicesMade;
    int slicesClosed;
    int answered;
    int disconnected;
    int handled;
    int answersReceived;
    int brokenClients;
  }

  @Test
  void allAnswersComeInOrderWhenNothingBreaks() {
    int received = 0;
    for (long seed = 0; seed < 120; seed++) {
      Run run = new Run(seed, false);
      run.world.run(run::body);
      assertThat(run.seen.brokenClients).as("seed %d", seed).isZero();
      assertThat(run.seen.answersReceived).as("seed %d", seed).isEqualTo(run.seen.handled);
      received += run.seen.answersReceived;
    }
    assertThat(received).isGreaterThan(3_000);
  }

  @Test
  void nothingLeaksWhateverBreaks() {
    int broken = 0;
    int disconnected = 0;
    for (long seed = 0; seed < 250; seed++) {
      Run run = new Run(seed, true);
      run.world.run(run::body);
      broken += run.seen.brokenClients;
      disconnected += run.seen.disconnected;
    }
    assertThat(broken).isGreaterThan(200);
    assertThat(disconnected).isGreaterThan(100);
  }

  private static SimulationOptions options(boolean faults, long seed) {
    return SimulationOptions.defaults()
        .withNetwork(DelayRange.ofMicros(10, 500), seed % 3 == 0 ? 700 : 16 * 1024)
        .withConnectionCutOneIn(faults ? 60 : 0);
  }

  /** One seed. */
  private static final class Run {
    final Seen seen = new Seen();
    final SimulatedWorld world;
    private final SimulatedMachine machine;
    private final boolean faults;
    private final Random random;
    private final List<WorldThread> answering = new ArrayList<>();
    private DiskFile file;

    Run(long seed, boolean faults) {
      this.faults = faults;
      world = new SimulatedWorld(seed, options(faults, seed));
      machine = world.machine("n1");
      random = new Random(seed);
      file = write();
    }

    private DiskFile write() {
      return world.call(
          () -> {
            DiskFile written = world.disk().openForAppend(Path.of("/records"));
            written.append(ByteBuffer.wrap(numbers(FILE_BYTES)));
            return written;
          });
    }

    void body() throws Exception {
      ClientServer server =
          machineCall(
              () ->
                  ClientServer.start(
                      machine,
                      new ConnectionLimits(100, MAX_REQUEST_BYTES, 400_000, 60_000),
                      List.of(new ListenerBinding("PLAINTEXT", new InetSocketAddress(PORT))),
                      Map.of(
                          ApiKeys.METADATA,
                          new TestHandler<>(ApiKeys.METADATA, 4, 12, this::metadata),
                          ApiKeys.FETCH,
                          new TestHandler<>(ApiKeys.FETCH, 4, 12, this::fetch))));
      List<WorldThread> clients = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        clients.add(world.threads().startVirtual("client-" + i, new ClientRun(this)::run));
      }
      if (faults && random.nextInt(3) == 0) {
        world.threads().sleep(random.nextInt(20) * MILLISECOND_NANOS);
      } else {
        clients.forEach(WorldThread::join);
      }
      WorldThread closer = machine.threads().startVirtual("closer", server::close);
      closer.join();
      clients.forEach(WorldThread::join);
      answering.forEach(WorldThread::join);
      assertThat(server.usedBufferBytes()).isZero();
      assertThat(server.connectionCount()).isZero();
      assertThat(seen.slicesClosed).as("slices closed").isEqualTo(seen.slicesMade);
      assertThat(seen.answered).isEqualTo(seen.handled);
    }

    private ClientServer machineCall(Callable<ClientServer> body) {
      List<ClientServer> result = new ArrayList<>();
      machine
          .threads()
          .startVirtual(
              "starter",
              () -> {
                try {
                  result.add(body.call());
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              })
          .join();
      return result.getFirst();
    }

    private void metadata(MetadataRequestData request, Call call) {
      MetadataResponseData answer = new MetadataResponseData();
      request
          .topics()
          .forEach(
              topic ->
                  answer
                      .topics()
                      .add(new MetadataResponseData.MetadataResponseTopic().setName(topic.name())));
      answer(call, () -> call.answer(answer));
    }

    private void fetch(FetchRequestData request, Call call) {
      FetchResponseData answer = new FetchResponseData().setSessionId(request.sessionId());
      var topic = new FetchResponseData.FetchableTopicResponse().setTopic("t");
      int partitions = 1 + random.nextInt(3);
      for (int i = 0; i < partitions; i++) {
        var partition = new FetchResponseData.PartitionData().setPartitionIndex(i);
        partition.setRecords(
            i == 1
                ? new UnalignedMemoryRecords(ByteBuffer.wrap(numbers(random.nextInt(30_000))))
                : stored());
        topic.partitions().add(partition);
      }
      answer.responses().add(topic);
      answer(call, () -> call.answer(answer));
    }

    private StoredRecords stored() {
      int begin = random.nextInt(256) * 8;
      int length = random.nextInt(FILE_BYTES - begin);
      seen.slicesMade++;
      boolean[] closed = new boolean[1];
      return new StoredRecords(
          List.of(
              new FileRegion(file, begin, length / 3),
              new FileRegion(file, begin + length / 3, length - length / 3)),
          length,
          () -> {
            if (!closed[0]) {
              closed[0] = true;
              seen.slicesClosed++;
            }
          });
    }

    private void answer(Call call, Runnable action) {
      seen.handled++;
      call.onDisconnect(() -> seen.disconnected++);
      if (random.nextInt(2) == 0) {
        seen.answered++;
        action.run();
        return;
      }
      long delayNanos = random.nextInt(5_000_000);
      answering.add(
          machine
              .threads()
              .startVirtual(
                  "answering",
                  () -> {
                    machine.threads().sleep(delayNanos);
                    seen.answered++;
                    action.run();
                  }));
    }
  }

  private static byte[] numbers(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** One client: a thread that sends and one that reads. */
  private static final class ClientRun {
    private final Run run;
    private final int requests;
    private final List<Boolean> isFetch = new ArrayList<>();

    ClientRun(Run run) {
      this.run = run;
      requests = 1 + run.random.nextInt(60);
    }

    void run() {
      try (TestClient client = new TestClient(run.world, SERVER)) {
        WorldThread sender = run.world.threads().startVirtual("sender", () -> sendAll(client));
        try {
          receiveAll(client);
        } finally {
          client.connection.close();
          sender.join();
        }
      } catch (IOException e) {
        run.seen.brokenClients++;
      }
    }

    private void sendAll(TestClient client) {
      Random random = run.random;
      try {
        List<ByteBuffer> held = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
          held.add(request(i));
          if (random.nextInt(3) == 0) {
            sendInPieces(client, held);
          }
          if (run.faults && random.nextInt(200) == 0) {
            held.add(ByteBuffer.wrap(numbers(1_000)));
          }
          if (run.faults && random.nextInt(200) == 0) {
            client.close();
          }
        }
        sendInPieces(client, held);
      } catch (IOException e) {
        client.close();
      }
    }

    private ByteBuffer request(int correlationId) {
      Random random = run.random;
      boolean fetch = random.nextInt(4) == 0;
      isFetch.add(fetch);
      if (fetch) {
        return TestClient.frame(
            ApiKeys.FETCH,
            FETCH_VERSION,
            correlationId,
            new FetchRequestData().setSessionId(correlationId));
      }
      MetadataRequestData request = new MetadataRequestData();
      int topics = random.nextInt(8) == 0 ? random.nextInt(2_000) : 1;
      for (int i = 0; i <= topics; i++) {
        request
            .topics()
            .add(new MetadataRequestData.MetadataRequestTopic().setName(correlationId + "-" + i));
      }
      return TestClient.frame(ApiKeys.METADATA, METADATA_VERSION, correlationId, request);
    }

    private void sendInPieces(TestClient client, List<ByteBuffer> frames) throws IOException {
      int total = frames.stream().mapToInt(ByteBuffer::remaining).sum();
      ByteBuffer all = ByteBuffer.allocate(total);
      frames.forEach(all::put);
      frames.clear();
      all.flip();
      while (all.hasRemaining()) {
        int piece = Math.min(all.remaining(), 1 + run.random.nextInt(20_000));
        client.send(all.slice(all.position(), piece));
        all.position(all.position() + piece);
      }
    }

    private void receiveAll(TestClient client) throws IOException {
      for (int i = 0; i < requests; i++) {
        ByteBuffer answer = client.receive();
        assertThat(answer.getInt()).isEqualTo(i);
        assertThat(answer.get()).isZero();
        if (isFetch.get(i)) {
          checkFetch(new FetchResponseData(TestClient.body(answer), FETCH_VERSION), i);
        } else {
          var data = new MetadataResponseData(TestClient.body(answer), METADATA_VERSION);
          assertThat(data.topics().find(i + "-0")).isNotNull();
        }
        assertThat(answer.hasRemaining()).isFalse();
        run.seen.answersReceived++;
      }
    }

    private static void checkFetch(FetchResponseData data, int expected) {
      assertThat(data.sessionId()).isEqualTo(expected);
      for (var partition : data.responses().getFirst().partitions()) {
        ByteBuffer records = ((MemoryRecords) partition.records()).buffer();
        if (records.hasRemaining()) {
          byte first = records.get(0);
          ByteBuffer wanted = ByteBuffer.wrap(numbers(256 + records.remaining()));
          assertThat(records).isEqualTo(wanted.slice(first & 0xff, records.remaining()));
        }
      }
    }
  }
}
