package io.barnabas.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.Clock;
import io.barnabas.world.Connection;
import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import io.barnabas.world.Listener;
import io.barnabas.world.Network;
import io.barnabas.world.Randomness;
import io.barnabas.world.RealWorld;
import io.barnabas.world.Threads;
import io.barnabas.world.World;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets. */
@Timeout(60)
class ClientServerTest {
  private static final short METADATA_VERSION = 12;
  private static final int MAX_REQUEST_BYTES = 4 * 1024 * 1024;

  private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
  private final RealWorld world = RealWorld.create((thread, failure) -> defects.add(failure));

  @AfterEach
  void noThreadFailed() {
    assertThat(defects).isEmpty();
  }

  private static TestHandler<MetadataRequestData> metadata(
      BiConsumer<MetadataRequestData, Call> body) {
    return new TestHandler<>(ApiKeys.METADATA, 4, 12, body);
  }

  private static void echo(MetadataRequestData request, Call call) {
    MetadataResponseData answer = new MetadataResponseData().setClusterId(call.clientId());
    request
        .topics()
        .forEach(
            topic ->
                answer
                    .topics()
                    .add(new MetadataResponseData.MetadataResponseTopic().setName(topic.name())));
    call.answer(answer);
  }

  private ClientServer start(ApiHandler<?>... handlers) throws IOException {
    return start(new ConnectionLimits(1_000, MAX_REQUEST_BYTES, 64L << 20, 600_000), handlers);
  }

  private ClientServer start(ConnectionLimits limits, ApiHandler<?>... handlers)
      throws IOException {
    Map<ApiKeys, ApiHandler<?>> all = new EnumMap<>(ApiKeys.class);
    List.of(handlers).forEach(handler -> all.put(handler.api(), handler));
    return ClientServer.start(
        world,
        limits,
        List.of(
            new ListenerBinding(
                "PLAINTEXT", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
        all);
  }

  private TestClient connect(ClientServer server) throws IOException {
    return new TestClient(world, server.addresses().getFirst());
  }

  private static ByteBuffer metadataFrame(int correlationId, String... topics) {
    MetadataRequestData request = new MetadataRequestData();
    for (String topic : topics) {
      request.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(topic));
    }
    return TestClient.frame(ApiKeys.METADATA, METADATA_VERSION, correlationId, request);
  }

  private static MetadataResponseData metadataAnswer(ByteBuffer answer, int correlationId) {
    assertThat(answer.getInt()).isEqualTo(correlationId);
    assertThat(answer.get()).as("no tagged fields").isZero();
    return new MetadataResponseData(TestClient.body(answer), METADATA_VERSION);
  }

  /** Each request is worked on until the test lets it go, those of another topic as well. */
  @Test
  void whoseRequestIsStuckIsNotKept() throws IOException {
    Map<String, CompletableFuture<Void>> begun = new ConcurrentHashMap<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    for (String topic : List.of("stuck", "other", "later")) {
      begun.put(topic, new CompletableFuture<>());
    }
    try (ClientServer server =
            start(
                metadata(
                    (request, call) -> {
                      String topic = request.topics().getFirst().name();
                      Objects.requireNonNull(begun.get(topic)).complete(null);
                      goOn.join();
                      echo(request, call);
                    }));
        TestClient stuck = connect(server);
        TestClient other = connect(server);
        TestClient later = connect(server)) {
      stuck.send(metadataFrame(1, "stuck"));
      other.send(metadataFrame(2, "other"));
      Objects.requireNonNull(begun.get("stuck")).join();
      Objects.requireNonNull(begun.get("other")).join();
      Predicate<ApiMessage> which =
          request ->
              request instanceof MetadataRequestData asked
                  && !asked.topics().getFirst().name().equals("other");
      server.endStuck(which, "the test wants it");
      later.send(metadataFrame(3, "later"));
      Objects.requireNonNull(begun.get("later")).join();
      server.endStuck(which, "the test wants it");
      assertThat(stuck.isClosedByServer()).isTrue();
      goOn.complete(null);
      assertThat(metadataAnswer(other.receive(), 2).topics()).hasSize(1);
      assertThat(metadataAnswer(later.receive(), 3).topics()).hasSize(1);
      server.endStuck(which, "the test wants it");
      server.endStuck(which, "the test wants it");
      later.send(metadataFrame(4, "later"));
      assertThat(metadataAnswer(later.receive(), 4).topics()).hasSize(1);
    }
  }

  @Test
  void requestsAreAnsweredInOrder() throws IOException {
    try (ClientServer server = start(metadata(ClientServerTest::echo));
        TestClient client = connect(server)) {
      for (int i = 0; i < 100; i++) {
        client.send(metadataFrame(i, "a" + i), metadataFrame(-i, "b" + i, "c"));
      }
      for (int i = 0; i < 100; i++) {
        MetadataResponseData first = metadataAnswer(client.receive(), i);
        assertThat(first.clusterId()).isEqualTo("test");
        assertThat(first.topics().find("a" + i)).isNotNull();
        assertThat(metadataAnswer(client.receive(), -i).topics()).hasSize(2);
      }
    }
  }

  /** A network whose listeners first accept a connection that nothing can be done with. */
  private record BadFirst(Network real) implements Network {
    @Override
    public Listener listen(InetSocketAddress local) throws IOException {
      return new BadFirstListener(real.listen(local), new AtomicBoolean());
    }

    @Override
    public Connection connect(InetSocketAddress remote, long timeoutNanos) throws IOException {
      return real.connect(remote, timeoutNanos);
    }
  }

  private record BadFirstListener(Listener real, AtomicBoolean accepted) implements Listener {
    @Override
    public InetSocketAddress localAddress() {
      return real.localAddress();
    }

    @Override
    public Connection accept() throws IOException {
      Connection connection = real.accept();
      return accepted.getAndSet(true) ? connection : new BadConnection(connection);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private record BadConnection(Connection real) implements Connection {
    @Override
    public InetSocketAddress localAddress() {
      throw new IllegalStateException("a defect that the test wants");
    }

    @Override
    public InetSocketAddress remoteAddress() {
      return real.remoteAddress();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return real.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
      real.write(sources);
    }

    @Override
    public void write(DiskFile file, long position, long count) throws IOException {
      real.write(file, position, count);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private record OtherNetwork(World real, Network network) implements World {
    @Override
    public Clock clock() {
      return real.clock();
    }

    @Override
    public Threads threads() {
      return real.threads();
    }

    @Override
    public Disk disk() {
      return real.disk();
    }

    @Override
    public Randomness randomness() {
      return real.randomness();
    }
  }

  @Test
  void oneConnectionThatCannotBeServedDoesNotEndTheAccepting() throws IOException {
    World badFirst = new OtherNetwork(world, new BadFirst(world.network()));
    try (ClientServer server =
            ClientServer.start(
                badFirst,
                new ConnectionLimits(9, MAX_REQUEST_BYTES, 64L << 20, 600_000),
                List.of(
                    new ListenerBinding(
                        "PLAINTEXT", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
                Map.of(ApiKeys.METADATA, metadata(ClientServerTest::echo)));
        TestClient first = connect(server)) {
      assertThat(first.isClosedByServer()).isTrue();
      try (TestClient second = connect(server)) {
        second.send(metadataFrame(1, "a"));
        assertThat(metadataAnswer(second.receive(), 1).topics()).hasSize(1);
      }
    }
  }

  @Test
  void aTakenPortIsSaidClearly() throws IOException {
    try (ClientServer server = start(metadata(ClientServerTest::echo))) {
      InetSocketAddress taken = server.addresses().getFirst();
      assertThatThrownBy(
              () ->
                  ClientServer.start(
                      world,
                      new ConnectionLimits(1, 1_000, 1_000, 1_000),
                      List.of(new ListenerBinding("INTERNAL", taken)),
                      Map.<ApiKeys, ApiHandler<?>>of()))
          .isInstanceOf(BindException.class)
          .hasMessageContaining("The listener INTERNAL cannot have the address")
          .hasMessageContaining(":" + taken.getPort());
    }
  }

  @Test
  void unknownVersionsOfApiVersionsAreAnsweredWithTheKnownOnes() throws IOException {
    TestHandler<ApiVersionsRequestData> handler =
        new TestHandler<>(
            ApiKeys.API_VERSIONS, 0, 4, (request, call) -> call.close("not to be called"));
    try (ClientServer server = start(handler);
        TestClient client = connect(server)) {
      ByteBuffer frame =
          TestClient.frame(
              ApiKeys.API_VERSIONS,
              (short) 4,
              7,
              new ApiVersionsRequestData()
                  .setClientSoftwareName("x")
                  .setClientSoftwareVersion("1"));
      frame.putShort(6, (short) 99);
      client.send(frame);
      ByteBuffer answer = client.receive();
      assertThat(answer.getInt()).isEqualTo(7);
      ApiVersionsResponseData data =
          new ApiVersionsResponseData(TestClient.body(answer), (short) 0);
      assertThat(data.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
      assertThat(data.apiKeys()).hasSize(1);
      assertThat(data.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion()).isEqualTo((short) 4);
      assertThat(answer.hasRemaining()).isFalse();
    }
  }

  @Test
  void whatIsNoRequestClosesTheConnection() throws IOException {
    try (ClientServer server = start(metadata(ClientServerTest::echo))) {
      ByteBuffer tooLong = ByteBuffer.allocate(4).putInt(MAX_REQUEST_BYTES + 1).flip();
      ByteBuffer negative = ByteBuffer.allocate(4).putInt(-1).flip();
      ByteBuffer empty = ByteBuffer.allocate(4);
      ByteBuffer unknownVersion = metadataFrame(1, "a").putShort(6, (short) 3);
      ByteBuffer unknownApi = metadataFrame(1, "a").putShort(4, (short) 9_999);
      ByteBuffer notServed = metadataFrame(1, "a").putShort(4, ApiKeys.VOTE.id);
      ByteBuffer longClientId = metadataFrame(1, "a").putShort(12, Short.MAX_VALUE);
      ByteBuffer cut = metadataFrame(1, "abcdefgh");
      cut.limit(cut.limit() - 6).putInt(0, cut.limit() - 4);
      ByteBuffer zeros = ByteBuffer.allocate(1_000).putInt(0, 996);
      List<ByteBuffer> bad =
          List.of(
              tooLong,
              negative,
              empty,
              unknownVersion,
              unknownApi,
              notServed,
              longClientId,
              cut,
              zeros);
      for (ByteBuffer bytes : bad) {
        try (TestClient client = connect(server)) {
          client.send(bytes);
          assertThat(client.isClosedByServer()).as("%s", bytes).isTrue();
        }
      }
    }
  }
}
