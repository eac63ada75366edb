package io.barnabas.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens between two steps of a connection's thread. */
@Timeout(60)
class ConnectionEndsTest {
  private static final int MIB = 1 << 20;

  private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
  private final RealWorld world = RealWorld.create((thread, failure) -> defects.add(failure));
  private final SlabPool pool = new SlabPool();
  private final ConnectionLimits limits = new ConnectionLimits(9, 3 * MIB, 3 * MIB, 600_000);
  private final RequestMemory memory = new RequestMemory(world, pool, limits);
  private final CompletableFuture<ClientConnection> gone = new CompletableFuture<>();
  private final AtomicReference<Call> fetch = new AtomicReference<>();
  private final AtomicInteger fetchesDisconnected = new AtomicInteger();
  private final AtomicInteger fetchesDrained = new AtomicInteger();
  private final AtomicInteger handled = new AtomicInteger();
  private Runnable duringFetch = () -> {};

  @AfterEach
  void noThreadFailed() {
    assertThat(defects).isEmpty();
  }

  private ClientConnection connection(ScriptedConnection script) {
    Requests requests =
        new Requests(
            List.of(
                new TestHandler<>(ApiKeys.METADATA, 4, 4, this::metadata),
                new TestHandler<>(ApiKeys.FETCH, 4, 4, this::fetch)));
    Shared shared =
        new Shared(
            world,
            limits,
            pool,
            memory,
            world.threads().newMonitor(),
            new FailedHandshakes(world.clock()),
            gone::complete);
    Client client = new Client(1, "PLAINTEXT", script.localAddress(), script.remoteAddress());
    return new ClientConnection(shared, requests, client, script);
  }

  private void metadata(MetadataRequestData request, Call call) {
    handled.incrementAndGet();
    call.answer(new MetadataResponseData().setControllerId(request.topics().size()));
  }

  private void fetch(FetchRequestData request, Call call) {
    handled.incrementAndGet();
    fetch.set(call);
    call.onDisconnect(fetchesDisconnected::incrementAndGet);
    call.onDrain(fetchesDrained::incrementAndGet);
    duringFetch.run();
  }

  private static ByteBuffer metadataFrame(int names) {
    MetadataRequestData request = new MetadataRequestData();
    for (int i = 0; i < names; i++) {
      request
          .topics()
          .add(new MetadataRequestData.MetadataRequestTopic().setName("a".repeat(1_000)));
    }
    return TestClient.frame(ApiKeys.METADATA, (short) 4, 1, request);
  }

  private static ByteBuffer fetchFrame() {
    return TestClient.frame(ApiKeys.FETCH, (short) 4, 2, new FetchRequestData().setReplicaId(-1));
  }

  private static FetchResponseData answer(Runnable release) {
    var topic = new FetchResponseData.FetchableTopicResponse().setTopic("t");
    topic
        .partitions()
        .add(
            new FetchResponseData.PartitionData()
                .setRecords(new StoredRecords(List.of(), 0, release)));
    FetchResponseData answer = new FetchResponseData();
    answer.responses().add(topic);
    return answer;
  }

  @Test
  void whoWaitsIsToldWhenTheAnswersBeforeItCannotBeSent() {
    ScriptedConnection script = new ScriptedConnection(metadataFrame(1), fetchFrame());
    script.writing =
        () -> {
          throw new IOException("broken, as the test wants");
        };
    connection(script).start();
    gone.join();
    assertThat(handled).hasValue(2);
    assertThat(fetchesDisconnected).hasValue(1);
    AtomicInteger released = new AtomicInteger();
    Objects.requireNonNull(fetch.get()).answer(answer(released::incrementAndGet));
    assertThat(released).as("an answer that comes too late").hasValue(1);
  }

  @Test
  void recordsAreClosedWhenTheAnswersBeforeThemCannotBeSent() {
    ScriptedConnection script = new ScriptedConnection(metadataFrame(1), fetchFrame());
    AtomicInteger released = new AtomicInteger();
    script.writing =
        () -> {
          Objects.requireNonNull(fetch.get()).answer(answer(released::incrementAndGet));
          throw new IOException("broken, as the test wants");
        };
    connection(script).start();
    gone.join();
    assertThat(released).hasValue(1);
    assertThat(fetchesDisconnected).hasValue(0);
  }

  @Test
  void aRequestThatComesInWhileTheNodeStopsIsNotCarriedOut() {
    ScriptedConnection script = new ScriptedConnection(metadataFrame(0));
    ClientConnection connection = connection(script);
    script.afterRead = connection::drain;
    connection.start();
    gone.join();
    assertThat(handled).hasValue(0);
  }

  @Test
  void whoWaitsIsToldThatTheNodeStopsEvenBeforeItsHandlerReturns() {
    ScriptedConnection script = new ScriptedConnection(fetchFrame());
    ClientConnection connection = connection(script);
    duringFetch = connection::drain;
    script.afterRead =
        () -> {
          world.threads().startVirtual("answering", this::answerOnceDrained);
        };
    connection.start();
    gone.join();
    assertThat(fetchesDrained).hasValue(1);
    assertThat(fetchesDisconnected).hasValue(0);
  }

  private void answerOnceDrained() {
    while (fetchesDrained.get() == 0) {
      Thread.onSpinWait();
    }
    Objects.requireNonNull(fetch.get()).answer(answer(() -> {}));
  }

  @Test
  void theMemoryOfARequestIsGivenBackBeforeItsAnswerIsSent() {
    ScriptedConnection script = new ScriptedConnection(metadataFrame(700), metadataFrame(700));
    AtomicInteger most = new AtomicInteger();
    AtomicInteger writes = new AtomicInteger();
    ClientConnection connection = connection(script);
    script.writing =
        () -> {
          most.accumulateAndGet((int) pool.usedBytes(), Math::max);
          if (writes.incrementAndGet() == 2) {
            connection.end();
          }
        };
    connection.start();
    gone.join();
    assertThat(handled).hasValue(2);
    assertThat(most.get()).isLessThan(100_000);
    assertThat(pool.usedBytes()).isZero();
  }
}
