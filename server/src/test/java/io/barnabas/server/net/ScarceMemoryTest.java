package io.barnabas.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bound on the memory of requests, and time passing over those that hold it. */
@Timeout(120)
class ScarceMemoryTest {
  private static final InetSocketAddress SERVER = InetSocketAddress.createUnresolved("n1", 9092);
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final int MIB = 1 << 20;
  private static final int MAX_REQUEST_BYTES = 3 * MIB;

  /** Four of the largest ordinary requests, and one of the largest that there may be. */
  private static final ConnectionLimits LIMITS =
      new ConnectionLimits(100, MAX_REQUEST_BYTES, MAX_REQUEST_BYTES, 600_000);

  @Test
  void noMoreIsTakenThanThereIsAndAllGetTheirTurn() {
    for (long seed = 0; seed < 100; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
      SlabPool pool = new SlabPool();
      RequestMemory memory = new RequestMemory(world, pool, LIMITS);
      Random random = new Random(seed);
      long[] most = new long[1];
      world.run(
          () -> {
            List<WorldThread> threads = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
              threads.add(
                  world
                      .threads()
                      .startVirtual("taker-" + i, () -> takeAndGive(world, memory, random)));
            }
            for (int i = 0; i < 20; i++) {
              most[0] = Math.max(most[0], pool.usedBytes());
              world.threads().sleep(SECOND_NANOS / 1_000);
            }
            threads.forEach(WorldThread::join);
          });
      assertThat(pool.usedBytes()).isZero();
      assertThat(memory.isScarce()).isFalse();
      assertThat(most[0]).isBetween((long) MIB, 6L * RequestMemory.LARGE_BYTES + MAX_REQUEST_BYTES);
    }
  }

  private static void takeAndGive(SimulatedWorld world, RequestMemory memory, Random random) {
    try {
      for (int i = 0; i < 5; i++) {
        Slab slab =
            climb(world, memory, random, 5_000 + random.nextInt(RequestMemory.LARGE_BYTES - 5_000));
        memory.keep(slab);
        world.threads().sleep(random.nextInt(1_000_000));
        if (random.nextInt(3) == 0) {
          Slab larger = climb(world, memory, random, 2 * MIB);
          memory.give(slab);
          slab = larger;
          world.threads().sleep(random.nextInt(1_000_000));
        }
        memory.give(slab);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Slab climb(SimulatedWorld world, RequestMemory memory, Random random, int total)
      throws IOException {
    Slab slab = memory.take(RequestMemory.SMALL_BYTES, total, ScarceMemoryTest::never);
    while (slab.capacity() < total) {
      world.threads().sleep(random.nextInt(1_000_000));
      Slab larger = memory.take(slab.capacity(), total, ScarceMemoryTest::never);
      memory.give(slab);
      slab = larger;
    }
    return slab;
  }

  private static boolean never() {
    return false;
  }

  @Test
  void whoGivesUpLetsTheNextOneGo() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    RequestMemory memory = new RequestMemory(world, new SlabPool(), LIMITS);
    world.run(
        () -> {
          int filled = RequestMemory.LARGE_BYTES;
          Slab all = memory.take(filled, MAX_REQUEST_BYTES, ScarceMemoryTest::never);
          boolean[] over = new boolean[1];
          AtomicReference<Slab> second = new AtomicReference<>();
          WorldThread first =
              world
                  .threads()
                  .startVirtual(
                      "first",
                      () ->
                          assertThatThrownBy(
                                  () -> memory.take(filled, MAX_REQUEST_BYTES, () -> over[0]))
                              .isInstanceOf(ClosedChannelException.class));
          world.threads().sleep(SECOND_NANOS);
          WorldThread next =
              world
                  .threads()
                  .startVirtual(
                      "next",
                      () -> {
                        try {
                          second.set(memory.take(filled, 2 * MIB, ScarceMemoryTest::never));
                        } catch (IOException e) {
                          throw new AssertionError(e);
                        }
                      });
          world.threads().sleep(SECOND_NANOS);
          assertThat(memory.isScarce()).isTrue();
          over[0] = true;
          memory.wakeWaiters();
          first.join();
          assertThat(second.get()).isNull();
          memory.give(all);
          next.join();
          memory.give(second.get());
        });
  }

  /** A server on a machine of its own, whose clients are on the first machine. */
  private static void withServer(ConnectionLimits limits, ServerTest test) {
    for (long seed = 0; seed < 10; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
      SimulatedMachine machine = world.machine("n1");
      AtomicReference<ClientServer> server = new AtomicReference<>();
      world.run(
          () -> {
            machine.threads().startVirtual("starter", () -> server.set(start(machine, limits)));
            while (server.get() == null) {
              world.threads().sleep(SECOND_NANOS / 1_000);
            }
            test.run(world, server.get());
            machine.threads().startVirtual("closer", () -> server.get().close()).join();
            assertThat(server.get().usedBufferBytes()).isZero();
          });
    }
  }

  private static ClientServer start(SimulatedMachine machine, ConnectionLimits limits) {
    try {
      return ClientServer.start(
          machine,
          limits,
          List.of(new ListenerBinding("PLAINTEXT", new InetSocketAddress(9092))),
          Map.of(ApiKeys.METADATA, new TestHandler<>(ApiKeys.METADATA, 4, 4, answerLate(machine))));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Answers after an hour if that is what is asked, and at once otherwise. */
  private static BiConsumer<MetadataRequestData, Call> answerLate(SimulatedMachine machine) {
    return (request, call) -> {
      if (request.topics().isEmpty()) {
        machine
            .threads()
            .startVirtual(
                "late",
                () -> {
                  machine.threads().sleep(3_600 * SECOND_NANOS);
                  call.answer(new MetadataResponseData());
                });
      } else {
        call.answer(new MetadataResponseData());
      }
    };
  }

  /** What a test does with a server. */
  @FunctionalInterface
  private interface ServerTest {
    void run(SimulatedWorld world, ClientServer server) throws Exception;
  }

  @Test
  void halfRequestsDoNotHoldTheMemoryForEver() {
    withServer(
        LIMITS,
        (world, server) -> {
          List<TestClient> half = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            TestClient client = new TestClient(world, SERVER);
            client.send(ByteBuffer.allocate(300_000).putInt(0, MIB));
            half.add(client);
          }
          world.threads().sleep(SECOND_NANOS);
          assertThat(nanosOfRequest(world, 200)).isLessThan(SECOND_NANOS);
          assertThat(nanosOfRequest(world, 900)).isBetween(5 * SECOND_NANOS, 30 * SECOND_NANOS);
          half.forEach(TestClient::close);
        });
  }

  @Test
  void announcedRequestsHoldUpNobody() {
    withServer(
        new ConnectionLimits(200, MAX_REQUEST_BYTES, MAX_REQUEST_BYTES, 600_000),
        (world, server) -> {
          List<TestClient> half = new ArrayList<>();
          for (int i = 0; i < 120; i++) {
            TestClient client = new TestClient(world, SERVER);
            client.send(ByteBuffer.allocate(100).putInt(0, 300_000));
            half.add(client);
          }
          world.threads().sleep(SECOND_NANOS);
          assertThat(server.usedBufferBytes()).isLessThan(MIB);
          for (int kilobytes : new int[] {10, 50, 200, 300, 900, 2_500}) {
            assertThat(nanosOfRequest(world, kilobytes)).isLessThan(SECOND_NANOS);
          }
          half.forEach(TestClient::close);
        });
  }

  private static long nanosOfRequest(SimulatedWorld world, int kilobytes) throws IOException {
    long begin = world.clock().nanoTime();
    try (TestClient client = new TestClient(world, SERVER)) {
      client.send(request(kilobytes));
      assertThat(client.receive().getInt()).isEqualTo(1);
    }
    return world.clock().nanoTime() - begin;
  }

  private static ByteBuffer request(int kilobytes) {
    MetadataRequestData request = new MetadataRequestData();
    for (int i = 0; i < kilobytes; i++) {
      request
          .topics()
          .add(new MetadataRequestData.MetadataRequestTopic().setName("a".repeat(1_000)));
    }
    return TestClient.frame(ApiKeys.METADATA, (short) 4, 1, request);
  }

  @Test
  void idleConnectionsEndAndThoseThatWaitForTheirAnswerDoNot() {
    withServer(
        new ConnectionLimits(10, MIB, MIB, 60_000),
        (world, server) -> {
          TestClient silent = new TestClient(world, SERVER);
          TestClient patient = new TestClient(world, SERVER);
          patient.send(TestClient.frame(ApiKeys.METADATA, (short) 4, 1, new MetadataRequestData()));
          TestClient halfway = new TestClient(world, SERVER);
          halfway.send(ByteBuffer.allocate(100).putInt(0, 200));
          world.threads().sleep(50 * SECOND_NANOS);
          assertThat(server.connectionCount()).isEqualTo(3);
          world.threads().sleep(30 * SECOND_NANOS);
          assertThat(server.connectionCount()).isEqualTo(1);
          assertThat(silent.isClosedByServer()).isTrue();
          assertThat(halfway.isClosedByServer()).isTrue();
          assertThat(patient.receive().getInt()).isEqualTo(1);
          world.threads().sleep(80 * SECOND_NANOS);
          assertThat(server.connectionCount()).isZero();
          silent.close();
          patient.close();
          halfway.close();
        });
  }
}
