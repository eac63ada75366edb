package io.barnabas.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.Connection;
import io.barnabas.world.DiskFile;
import io.barnabas.world.Listener;
import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsNetworkTest {
  private static final int PORT = 9092;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final InetSocketAddress THERE = InetSocketAddress.createUnresolved("n1", PORT);

  @TempDir static Path directory;

  private static Certificates certificates;
  private static Map<String, String> server;
  private static Map<String, String> client;

  @BeforeAll
  static void make() throws Exception {
    certificates = new Certificates(directory);
    server = certificates.showing("node");
    server.putAll(certificates.trustingIn("peer"));
    client = certificates.showing("peer");
    client.putAll(certificates.trustingIn("node"));
    // In the simulated world no process can be waited for.
    certificates.trustingIn("stranger", "elsewhere");
  }

  private static Map<String, String> with(Map<String, String> settings, String... more) {
    Map<String, String> all = new TreeMap<>(settings);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  /** A machine that listens, and what becomes of each connection that it is read from. */
  private static final class Served {
    final SimulatedWorld world;
    final SimulatedMachine machine;
    final List<CompletableFuture<Long>> ends = new ArrayList<>();
    final List<KafkaPrincipal> principals = new ArrayList<>();

    Served(SimulatedWorld world, TlsEngines engines, boolean echoes) throws IOException {
      this.world = world;
      machine = world.machine("n1");
      Listener listener = new TlsNetwork(machine, engines).listen(new InetSocketAddress(PORT));
      machine.threads().startVirtual("accept", () -> accept(listener, echoes));
    }

    private void accept(Listener listener, boolean echoes) {
      try {
        while (true) {
          Connection accepted = listener.accept();
          CompletableFuture<Long> end = new CompletableFuture<>();
          ends.add(end);
          machine.threads().startVirtual("serve", () -> serve(accepted, echoes, end));
        }
      } catch (IOException e) {
        ends.forEach(end -> end.completeExceptionally(e));
      }
    }

    private void serve(Connection accepted, boolean echoes, CompletableFuture<Long> end) {
      long bytes = 0;
      ByteBuffer buffer = ByteBuffer.allocate(40_000);
      try (accepted) {
        while (accepted.read(buffer.clear().limit(1 + machine.randomness().nextInt(40_000))) >= 0) {
          principals.add(((TlsConnection) accepted).principal());
          bytes += buffer.flip().remaining();
          if (echoes) {
            accepted.write(buffer);
          }
        }
        end.complete(bytes);
      } catch (IOException e) {
        end.completeExceptionally(e);
      }
    }

    /** Why the first connection came to no good end. */
    Throwable refusal() {
      while (ends.isEmpty()) {
        world.threads().sleep(1_000_000);
      }
      try {
        ends.getFirst().join();
        throw new AssertionError("It was served");
      } catch (CompletionException e) {
        return Objects.requireNonNull(e.getCause());
      }
    }
  }

  private interface Body {
    void run(SimulatedWorld world) throws Exception;
  }

  private static void simulate(long seed, Body body) {
    SimulatedWorld world =
        new SimulatedWorld(seed, SimulationOptions.defaults().withMaxSteps(10_000_000));
    world.run(() -> body.run(world));
  }

  private static byte[] bytes(int count, long seed) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (seed * 31 + i * 7L + i / 251);
    }
    return bytes;
  }

  private static byte[] read(Connection connection, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (connection.read(buffer) < 0) {
        throw new EOFException();
      }
    }
    return buffer.array();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void allBytesArriveInBothDirectionsHoweverTheyAreCut(String protocol) {
    for (long seed = 0; seed < 10; seed++) {
      long number = seed;
      simulate(
          number,
          world -> {
            Map<String, String> required =
                with(server, "ssl.client.auth", "required", "ssl.enabled.protocols", protocol);
            Served served = new Served(world, Certificates.engines(required), true);
            byte[] sent = bytes(200_000, number);
            try (Connection connection =
                new TlsNetwork(world, Certificates.engines(client)).connect(THERE, SECOND_NANOS)) {
              WorldThread writer =
                  world.threads().startVirtual("write", () -> writeAll(world, connection, sent));
              assertThat(read(connection, sent.length)).isEqualTo(sent);
              writer.join();
            }
            assertThat(served.principals)
                .isNotEmpty()
                .containsOnly(new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "CN=peer"));
          });
    }
  }

  private static void writeAll(SimulatedWorld world, Connection connection, byte[] bytes) {
    try {
      for (int done = 0; done < bytes.length; ) {
        int count = Math.min(bytes.length - done, world.randomness().nextInt(50_000));
        connection.write(
            ByteBuffer.wrap(bytes, done, count / 3),
            ByteBuffer.allocate(0),
            ByteBuffer.wrap(bytes, done + count / 3, count - count / 3));
        done += count;
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void filesAreSentFromAnyPosition() {
    simulate(
        1,
        world -> {
          Served _ = new Served(world, Certificates.engines(server), true);
          byte[] stored = bytes(100_000, 7);
          DiskFile file = world.disk().openForAppend(Path.of("/file"));
          file.append(ByteBuffer.wrap(stored));
          try (Connection connection =
              new TlsNetwork(world, Certificates.engines(client)).connect(THERE, SECOND_NANOS)) {
            WorldThread writer =
                world
                    .threads()
                    .startVirtual(
                        "write",
                        () -> {
                          try {
                            connection.write(file, 123, 99_000);
                          } catch (IOException e) {
                            throw new AssertionError(e);
                          }
                        });
            assertThat(read(connection, 99_000)).isEqualTo(Arrays.copyOfRange(stored, 123, 99_123));
            writer.join();
            assertThatThrownBy(() -> connection.write(file, 99_990, 20))
                .isInstanceOf(EOFException.class);
          }
        });
  }

  /** Whom the server lets in, and whom the client believes. */
  @Test
  void strangersAreRefusedByEitherSide() {
    simulate(
        1,
        world -> {
          Map<String, String> required = with(server, "ssl.client.auth", "required");
          Map<String, String> anonymous = certificates.trustingIn("node");
          anonymous.putAll(certificates.showing("stranger"));
          Served served = new Served(world, Certificates.engines(required), false);
          assertThatThrownBy(
                  () -> {
                    try (Connection connection =
                        new TlsNetwork(world, Certificates.engines(anonymous))
                            .connect(THERE, SECOND_NANOS)) {
                      read(connection, 1);
                    }
                  })
              .isInstanceOf(TlsException.class);
          assertThat(served.refusal()).isInstanceOf(TlsException.class);
        });
    simulate(
        1,
        world -> {
          Served served = new Served(world, Certificates.engines(server), false);
          Map<String, String> mistrusting = certificates.showing("peer");
          mistrusting.putAll(certificates.trustingIn("stranger"));
          assertThatThrownBy(
                  () ->
                      new TlsNetwork(world, Certificates.engines(mistrusting))
                          .connect(THERE, SECOND_NANOS))
              .isInstanceOf(TlsException.class)
              .hasMessageContaining("no TLS with it");
          assertThat(served.refusal()).isInstanceOf(TlsException.class);
        });
  }

  @Test
  void theCertificateMustBeOfTheHostUnlessThatDoesNotMatter() {
    Map<String, String> trusting = with(client);
    simulate(
        1,
        world -> {
          trusting.putAll(certificates.trustingIn("elsewhere"));
          Map<String, String> elsewhere = certificates.showing("elsewhere");
          Served _ = new Served(world, Certificates.engines(elsewhere), true);
          assertThatThrownBy(
                  () ->
                      new TlsNetwork(world, Certificates.engines(trusting))
                          .connect(THERE, SECOND_NANOS))
              .isInstanceOf(TlsException.class)
              .hasMessageContaining("n1");
          TlsEngines careless =
              Certificates.engines(with(trusting, "ssl.endpoint.identification.algorithm", ""));
          try (Connection connection =
              new TlsNetwork(world, careless).connect(THERE, SECOND_NANOS)) {
            connection.write(ByteBuffer.wrap(new byte[] {7}));
            assertThat(read(connection, 1)).containsExactly(7);
          }
        });
  }

  @Test
  void whoSpeaksNoTlsOrNothingIsLeft() {
    simulate(
        1,
        world -> {
          Served served = new Served(world, Certificates.engines(server), false);
          try (Connection plain = world.network().connect(THERE, SECOND_NANOS)) {
            plain.write(ByteBuffer.wrap(bytes(1_000, 1)));
            assertThat(served.refusal()).isInstanceOf(TlsException.class);
          }
        });
    simulate(
        1,
        world -> {
          Served served = new Served(world, Certificates.engines(server), false);
          world.network().connect(THERE, SECOND_NANOS).close();
          // Nobody to be told of: something looks whether the port is open.
          assertThat(served.refusal()).isInstanceOf(SocketException.class);
        });
    simulate(
        1,
        world -> {
          Served served = new Served(world, Certificates.engines(server), false);
          long begin = world.clock().nanoTime();
          try (Connection silent = world.network().connect(THERE, SECOND_NANOS)) {
            assertThat(served.refusal())
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("did not come within 10000 ms");
            assertThat(silent.read(ByteBuffer.allocate(10))).isEqualTo(-1);
          }
          assertThat(world.clock().nanoTime() - begin)
              .isBetween(10 * SECOND_NANOS, 11 * SECOND_NANOS);
        });
  }

  @Test
  void aServerThatSaysNothingIsGivenUpInTime() {
    simulate(
        1,
        world -> {
          Listener listener = world.machine("n1").network().listen(new InetSocketAddress(PORT));
          long begin = world.clock().nanoTime();
          assertThatThrownBy(
                  () ->
                      new TlsNetwork(world, Certificates.engines(client))
                          .connect(THERE, SECOND_NANOS))
              .isInstanceOf(TlsException.class);
          assertThat(world.clock().nanoTime() - begin).isBetween(SECOND_NANOS, 2 * SECOND_NANOS);
          listener.close();
        });
  }

  @Test
  void ofTooManyHandshakesTheOldestEnds() {
    simulate(
        1,
        world -> {
          Handshakes handshakes = new Handshakes(world, 2);
          Served _ = new Served(world, Certificates.engines(server), false);
          List<Connection> streams = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            streams.add(world.network().connect(THERE, SECOND_NANOS));
            handshakes.begin(streams.get(i), 60 * SECOND_NANOS);
          }
          assertThatThrownBy(() -> streams.get(0).write(ByteBuffer.allocate(1)))
              .isInstanceOf(IOException.class);
          streams.get(1).write(ByteBuffer.allocate(1));
          assertThat(handshakes.end(streams.get(0))).isFalse();
          assertThat(handshakes.end(streams.get(1))).isTrue();
          assertThat(handshakes.end(streams.get(2))).isTrue();
        });
  }

  /** In TLS 1.2 all could be negotiated anew; in 1.3 only keys change, which must work. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void onlyKeysMayChangeOnceBothSidesHaveAgreed(String protocol) {
    simulate(
        1,
        world -> {
          Served served =
              new Served(
                  world,
                  Certificates.engines(with(server, "ssl.enabled.protocols", protocol)),
                  true);
          SSLEngine engine = Certificates.engines(client).client("n1", PORT);
          try (TlsConnection connection =
              new TlsConnection(
                  world.network().connect(THERE, SECOND_NANOS),
                  engine,
                  new Packets(),
                  new Handshakes(world, 1),
                  SECOND_NANOS)) {
            connection.write(ByteBuffer.wrap(new byte[] {1}));
            assertThat(read(connection, 1)).containsExactly(1);
            engine.beginHandshake();
            if (protocol.equals("TLSv1.3")) {
              connection.write(ByteBuffer.wrap(new byte[] {2}));
              assertThat(read(connection, 1)).containsExactly(2);
              connection.write(ByteBuffer.wrap(new byte[] {3}));
              assertThat(read(connection, 1)).containsExactly(3);
            } else {
              ByteBuffer packet = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
              engine.wrap(ByteBuffer.allocate(0), packet);
              connection.stream().write(packet.flip());
              assertThat(served.refusal())
                  .isInstanceOf(TlsException.class)
                  .hasMessageContaining("negotiate again");
            }
          }
        });
  }
}
