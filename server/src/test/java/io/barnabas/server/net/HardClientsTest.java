package io.barnabas.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.FileRegion;
import io.barnabas.world.DiskFile;
import io.barnabas.world.RealWorld;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that mean ill or are broken, over real sockets, and others that must not notice. */
@Timeout(120)
class HardClientsTest {
  private static final short METADATA_VERSION = 4;
  private static final short FETCH_VERSION = 4;
  private static final int MAX_REQUEST_BYTES = 64 << 20;
  private static final int FILE_BYTES = 8 << 20;
  private static final String LATER = "later";

  private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
  private final RealWorld world = RealWorld.create((thread, failure) -> defects.add(failure));
  private final BlockingQueue<Call> waiting = new LinkedBlockingQueue<>();
  private final AtomicInteger slicesOpen = new AtomicInteger();
  private final AtomicInteger handled = new AtomicInteger();
  private final AtomicInteger heavy = new AtomicInteger();
  private final CompletableFuture<Void> heavyHeld = new CompletableFuture<>();
  private final AtomicInteger disconnected = new AtomicInteger();
  @TempDir private Path directory;
  private DiskFile file;
  private ClientServer server;

  @BeforeEach
  void start() throws IOException {
    file = world.disk().openForAppend(directory.resolve("records"));
    ByteBuffer zeros = ByteBuffer.allocate(FILE_BYTES);
    file.append(zeros);
    server = start(new ConnectionLimits(3_000, MAX_REQUEST_BYTES, 128L << 20, 600_000));
  }

  private ClientServer start(ConnectionLimits limits) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return ClientServer.start(
        world,
        limits,
        List.of(new ListenerBinding("PLAINTEXT", any)),
        Map.of(
            ApiKeys.METADATA,
            new TestHandler<>(ApiKeys.METADATA, 4, 4, this::metadata),
            ApiKeys.FETCH,
            new TestHandler<>(ApiKeys.FETCH, 4, 4, this::fetch)));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    heavyHeld.complete(null);
    server.close();
    assertThat(server.usedBufferBytes()).isZero();
    assertThat(slicesOpen).hasValue(0);
    assertThat(defects).isEmpty();
    file.close();
  }

  private void metadata(MetadataRequestData request, Call call) {
    handled.incrementAndGet();
    call.onDisconnect(disconnected::incrementAndGet);
    String topic = request.topics().isEmpty() ? "" : request.topics().getFirst().name();
    if (topic.equals(LATER)) {
      waiting.add(call);
    } else if (topic.equals("defect")) {
      throw new IllegalStateException("a defect that the test wants");
    } else if (topic.equals("memory")) {
      throw new OutOfMemoryError("of direct buffers, as the test wants");
    } else if (topic.equals("long")) {
      call.answer(answer(1).setClusterId("x".repeat(30_000)));
    } else if (topic.startsWith("heavy")) {
      heavy.incrementAndGet();
      heavyHeld.join();
      call.answer(answer(1));
    } else if (topic.equals("poll")) {
      call.onDrain(() -> call.answer(answer(1)));
      waiting.add(call);
    } else {
      call.answer(answer(request.topics().size()));
    }
  }

  private static MetadataResponseData answer(int controllerId) {
    return new MetadataResponseData().setControllerId(controllerId);
  }

  private void fetch(FetchRequestData request, Call call) {
    slicesOpen.incrementAndGet();
    AtomicInteger open = new AtomicInteger(1);
    StoredRecords records =
        new StoredRecords(
            List.of(new FileRegion(file, 0, FILE_BYTES)),
            FILE_BYTES,
            () -> slicesOpen.addAndGet(-open.getAndSet(0)));
    var topic = new FetchResponseData.FetchableTopicResponse().setTopic("t");
    topic.partitions().add(new FetchResponseData.PartitionData().setRecords(records));
    FetchResponseData answer = new FetchResponseData();
    answer.responses().add(topic);
    call.answer(answer);
  }

  private TestClient connect() throws IOException {
    return new TestClient(world, server.addresses().getFirst());
  }

  private static ByteBuffer metadataFrame(int correlationId, String... topics) {
    MetadataRequestData request = new MetadataRequestData();
    for (String topic : topics) {
      request.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(topic));
    }
    return TestClient.frame(ApiKeys.METADATA, METADATA_VERSION, correlationId, request);
  }

  private static ByteBuffer fetchFrame(int correlationId) {
    return TestClient.frame(
        ApiKeys.FETCH, FETCH_VERSION, correlationId, new FetchRequestData().setReplicaId(-1));
  }

  private static void expect(TestClient client, int correlationId) throws IOException {
    assertThat(client.receive().getInt()).isEqualTo(correlationId);
  }

  @Test
  void thousandsOfSilentClientsCostNextToNothing() throws IOException {
    List<TestClient> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 2_000; i++) {
        silent.add(connect());
      }
      try (TestClient busy = connect()) {
        busy.send(metadataFrame(1, "a"));
        expect(busy, 1);
      }
      assertThat(server.usedBufferBytes()).isLessThan(64 * 1024);
      for (TestClient client : silent) {
        client.send(ByteBuffer.allocate(2));
      }
      assertThat(server.connectionCount()).isGreaterThanOrEqualTo(2_000);
      assertThat(server.usedBufferBytes()).isLessThan(64 * 1024);
    } finally {
      silent.forEach(TestClient::close);
    }
  }

  @Test
  void clientsThatNeverReadHoldUpNobodyElse() throws IOException {
    List<TestClient> deaf = new ArrayList<>();
    try (TestClient busy = connect()) {
      for (int i = 0; i < 20; i++) {
        TestClient client = connect();
        deaf.add(client);
        for (int request = 0; request < 50; request++) {
          client.send(fetchFrame(request));
        }
      }
      for (int i = 0; i < 200; i++) {
        busy.send(metadataFrame(i, "a"));
        expect(busy, i);
      }
      busy.send(fetchFrame(7));
      ByteBuffer records = busy.receive();
      assertThat(records.getInt()).isEqualTo(7);
      assertThat(records.remaining()).isGreaterThan(FILE_BYTES);
      assertThat(slicesOpen.get()).isLessThanOrEqualTo(deaf.size());
      assertThat(server.usedBufferBytes()).isLessThan(deaf.size() * 65_536L);
    } finally {
      deaf.forEach(TestClient::close);
    }
  }

  @Test
  void moreRequestsThanTheQueueTakesWaitOutside() throws Exception {
    int requests = 3 * AnswerQueue.MAX_WAITING;
    try (TestClient client = connect();
        TestClient other = connect()) {
      for (int i = 0; i < requests; i++) {
        client.send(metadataFrame(i, LATER));
      }
      List<Call> held = new ArrayList<>();
      for (int i = 0; i < AnswerQueue.MAX_WAITING; i++) {
        held.add(waiting.take());
      }
      other.send(metadataFrame(1, "a"));
      expect(other, 1);
      assertThat(waiting).isEmpty();
      for (Call call : held.reversed()) {
        call.answer(answer(1));
      }
      for (int i = 0; i < requests; i++) {
        if (i >= AnswerQueue.MAX_WAITING) {
          waiting.take().answer(answer(1));
        }
        expect(client, i);
      }
      assertThat(disconnected).hasValue(0);
    }
  }

  @Test
  void longAnswersThatWaitForTheirTurnAreFew() throws Exception {
    try (TestClient client = connect();
        TestClient other = connect()) {
      client.send(metadataFrame(0, LATER));
      for (int i = 1; i < AnswerQueue.MAX_WAITING; i++) {
        client.send(metadataFrame(i, "long"));
      }
      int most = 2 + AnswerQueue.MAX_WAITING_BYTES / 30_000;
      while (handled.get() < most) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 100; i++) {
        other.send(metadataFrame(i, "a"));
        expect(other, i);
      }
      assertThat(handled.get()).isEqualTo(most + 100);
      waiting.take().answer(answer(1));
      for (int i = 0; i < AnswerQueue.MAX_WAITING; i++) {
        expect(client, i);
      }
    }
  }

  @Test
  void thereIsOneHeavyRequestAtATime() throws IOException {
    String[] names = new String[100];
    Arrays.fill(names, "heavy".repeat(200));
    try (TestClient first = connect();
        TestClient second = connect();
        TestClient other = connect()) {
      first.send(metadataFrame(1, names));
      second.send(metadataFrame(2, names));
      while (heavy.get() == 0) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 100; i++) {
        other.send(metadataFrame(i, "a"));
        expect(other, i);
      }
      assertThat(heavy).hasValue(1);
      heavyHeld.complete(null);
      expect(first, 1);
      expect(second, 2);
    }
  }

  @Test
  void whoeverWaitsIsToldOfTheEnd() throws Exception {
    List<Call> calls = new ArrayList<>();
    try (TestClient client = connect()) {
      client.send(metadataFrame(1, LATER), metadataFrame(2, LATER));
      calls.add(waiting.take());
      calls.add(waiting.take());
    }
    while (disconnected.get() < 2) {
      Thread.onSpinWait();
    }

    calls.getFirst().answer(answer(1));
    while (server.connectionCount() > 0) {
      Thread.onSpinWait();
    }
    calls.getLast().answer(answer(1));

    assertThat(disconnected).hasValue(2);
  }

  @Test
  void aMillionElementsAreRefused() throws IOException {
    int names = 25_000_000;
    ByteBuffer frame = metadataFrame(1);
    int header = frame.remaining() - 2 * Integer.BYTES - 1;
    ByteBuffer huge = ByteBuffer.allocate(Integer.BYTES + header + Integer.BYTES + names);
    huge.put(frame.slice(0, Integer.BYTES + header)).putInt(1_000_000).clear();
    huge.putInt(0, huge.capacity() - Integer.BYTES);
    try (TestClient client = connect();
        TestClient other = connect()) {
      client.send(huge);
      assertThat(client.isClosedByServer()).isTrue();
      other.send(metadataFrame(1, "a"));
      expect(other, 1);
      assertThat(handled).hasValue(1);
    }
  }

  @Test
  void requestsOfAllSizesPass() throws IOException {
    try (TestClient client = connect()) {
      int sent = 0;
      for (int topics : new int[] {1, 200, 20_000, 3, 400_000, 1, 60_000, 2}) {
        String[] names = new String[topics];
        Arrays.fill(names, "abcdefghi");
        client.send(metadataFrame(sent, names), metadataFrame(sent + 1, "x"));
        ByteBuffer answer = client.receive();
        assertThat(answer.getInt()).isEqualTo(sent);
        MetadataResponseData data =
            new MetadataResponseData(TestClient.body(answer), METADATA_VERSION);
        assertThat(data.controllerId()).isEqualTo(topics);
        expect(client, sent + 1);
        sent += 2;
      }
      for (int i = 0; i < 3_000; i++) {
        client.send(metadataFrame(i, "x"));
        expect(client, i);
      }
      assertThat(server.usedBufferBytes()).as("shrunk").isLessThanOrEqualTo(16 * 1024);
    }
  }

  @Test
  void aDefectOfAHandlerEndsItsConnectionOnly() throws IOException {
    try (TestClient client = connect();
        TestClient other = connect()) {
      client.send(metadataFrame(1, "a"), metadataFrame(2, "defect"), metadataFrame(3, "a"));
      expect(client, 1);
      assertThat(client.isClosedByServer()).isTrue();
      other.send(metadataFrame(1, "a"));
      expect(other, 1);
    }
  }

  @Test
  void whatCameBeforeAMalformedRequestIsAnsweredWheneverItIsReady() throws Exception {
    ByteBuffer unserved = metadataFrame(2, "a").putShort(4, ApiKeys.VOTE.id);
    for (int i = 0; i < 20; i++) {
      try (TestClient client = connect()) {
        client.send(metadataFrame(1, LATER), unserved.duplicate());
        waiting.take().answer(answer(1));
        expect(client, 1);
        assertThat(client.isClosedByServer()).isTrue();
      }
    }
  }

  @Test
  void aLackOfMemoryOutsideTheHeapEndsTheConnectionOnly() throws IOException {
    try (TestClient client = connect();
        TestClient other = connect()) {
      client.send(metadataFrame(1, "memory"));
      assertThat(client.isClosedByServer()).isTrue();
      other.send(metadataFrame(1, "a"));
      expect(other, 1);
    }
  }

  @Test
  void whoWaitsForMoreIsAnsweredWhenTheNodeStops() throws Exception {
    try (TestClient client = connect()) {
      client.send(metadataFrame(1, "poll"), metadataFrame(2, "poll"));
      waiting.take();
      waiting.take();
      server.close();
      expect(client, 1);
      expect(client, 2);
      assertThat(client.isClosedByServer()).isTrue();
      assertThat(disconnected).hasValue(0);
    }
  }

  @Test
  void tooManyConnectionsAreClosed() throws IOException {
    try (ClientServer small = start(new ConnectionLimits(2, 1_000, 1_000, 600_000))) {
      InetSocketAddress address = small.addresses().getFirst();
      try (TestClient first = new TestClient(world, address)) {
        try (TestClient second = new TestClient(world, address)) {
          first.send(metadataFrame(1, "a"));
          expect(first, 1);
          second.send(metadataFrame(2, "a"));
          expect(second, 2);
          try (TestClient third = new TestClient(world, address)) {
            assertThat(third.isClosedByServer()).isTrue();
          }
        }
        while (small.connectionCount() > 1) {
          Thread.onSpinWait();
        }
        try (TestClient fourth = new TestClient(world, address)) {
          fourth.send(metadataFrame(4, "a"));
          expect(fourth, 4);
        }
      }
    }
  }

  @Test
  void answersUnderWayGoOutBeforeTheEnd() throws Exception {
    try (TestClient client = connect()) {
      client.send(metadataFrame(1, LATER), metadataFrame(2, LATER));
      Call first = waiting.take();
      Call second = waiting.take();
      var closing = world.threads().startVirtual("closing", server::close);
      second.answer(answer(2));
      first.answer(answer(1));
      expect(client, 1);
      expect(client, 2);
      assertThat(client.isClosedByServer()).isTrue();
      closing.join();
      assertThat(disconnected).hasValue(0);
    }
  }
}
