package io.barnabas.world.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.Connection;
import io.barnabas.world.DiskFile;
import io.barnabas.world.Listener;
import io.barnabas.world.World;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
  private static final SimulationOptions OPTIONS = SimulationOptions.defaults();
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final InetSocketAddress SERVER = InetSocketAddress.createUnresolved("n1", 9092);

  @Test
  void bytesArriveInOrderInPiecesAndAfterAWhile() {
    Set<Integer> sizes = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, OPTIONS.withNetwork(slow(), 100));
      world.run(
          () -> {
            Path path = Path.of("/file");
            DiskFile file = world.disk().openForAppend(path);
            file.append(ByteBuffer.wrap(numbers(0, 500)));
            Pair pair = connect(world, world.machine("n1"));
            long begin = world.clock().nanoTime();
            world.threads().startVirtual("writer", () -> write(pair.client, file));
            ByteBuffer read = ByteBuffer.allocate(1_000);
            for (int n = pair.server.read(read); n > 0; n = pair.server.read(read)) {
              sizes.add(n);
            }
            assertThat(read.array()).isEqualTo(numbers(0, 1_000));
            assertThat(read.hasRemaining()).isFalse();
            assertThat(world.clock().nanoTime() - begin).isGreaterThan(slow().minNanos());
          });
    }
    assertThat(sizes).hasSizeGreaterThan(20).allMatch(size -> size <= 100);
  }

  private static DelayRange slow() {
    return DelayRange.ofMicros(1_000, 2_000);
  }

  private static void write(Connection connection, DiskFile file) {
    try (connection) {
      connection.write(file, 0, 500);
      connection.write(ByteBuffer.wrap(numbers(500, 200)), ByteBuffer.wrap(numbers(700, 300)));
      assertThatThrownBy(() -> connection.write(file, 499, 2)).isInstanceOf(EOFException.class);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWriterWaitsForItsReader() {
    SimulatedWorld world = new SimulatedWorld(1, OPTIONS.withNetwork(slow(), 100));
    boolean[] written = new boolean[1];
    world.run(
        () -> {
          Pair pair = connect(world, world.machine("n1"));
          world
              .threads()
              .startVirtual(
                  "writer",
                  () -> {
                    assertThatThrownBy(() -> pair.client.write(ByteBuffer.allocate(101)))
                        .isInstanceOf(ClosedChannelException.class);
                    written[0] = true;
                  });
          world.threads().sleep(SECOND_NANOS);
          assertThat(written[0]).isFalse();
          pair.client.close();
          world.threads().sleep(SECOND_NANOS);
          assertThat(written[0]).isTrue();
        });
  }

  @Test
  void refusalsAreThoseOfARealNetwork() {
    SimulatedWorld world = new SimulatedWorld(2, OPTIONS);
    SimulatedMachine server = world.machine("n1");
    world.run(
        () -> {
          assertThatThrownBy(() -> world.network().connect(SERVER, SECOND_NANOS))
              .isInstanceOf(ConnectException.class);
          Listener listener = server.network().listen(new InetSocketAddress(9092));
          assertThatThrownBy(() -> server.network().listen(new InetSocketAddress(9092)))
              .isInstanceOf(BindException.class);
          assertThatThrownBy(() -> world.network().listen(SERVER))
              .isInstanceOf(BindException.class);
          long begin = world.clock().nanoTime();
          InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere", 1);
          assertThatThrownBy(() -> world.network().connect(nowhere, SECOND_NANOS))
              .isInstanceOf(SocketTimeoutException.class);
          assertThat(world.clock().nanoTime() - begin).isGreaterThanOrEqualTo(SECOND_NANOS);
          Listener other = server.network().listen(new InetSocketAddress(0));
          assertThat(other.localAddress().getPort()).isNotZero();
          server.threads().startVirtual("closer", listener::close);
          assertThatThrownBy(listener::accept).isInstanceOf(ClosedChannelException.class);
          server.network().listen(new InetSocketAddress(9092)).close();
        });
  }

  @Test
  void cutsBreakAndSilenceOnlyDelays() {
    SimulatedWorld world = new SimulatedWorld(3, OPTIONS);
    world.run(
        () -> {
          SimulatedMachine server = world.machine("n1");
          Pair pair = connect(world, server);
          world.silence("local", "n1");
          pair.client.write(ByteBuffer.wrap(numbers(0, 3)));
          assertThatThrownBy(() -> world.network().connect(SERVER, SECOND_NANOS))
              .isInstanceOf(SocketTimeoutException.class);
          world.clock().schedule(SECOND_NANOS, () -> world.heal("n1", "local"));
          long begin = world.clock().nanoTime();
          assertThat(pair.server.read(ByteBuffer.allocate(3))).isPositive();
          assertThat(world.clock().nanoTime() - begin).isGreaterThanOrEqualTo(SECOND_NANOS);
          world.cut("local", "n1");
          ByteBuffer target = ByteBuffer.allocate(3);
          assertThatThrownBy(() -> pair.server.read(target)).hasMessage("Connection reset");
          assertThatThrownBy(() -> pair.client.write(target)).hasMessage("Connection reset");
          assertThatThrownBy(() -> world.network().connect(SERVER, SECOND_NANOS))
              .isInstanceOf(SocketTimeoutException.class);
        });
  }

  @Test
  void oneWayCanBeSilentAlone() {
    SimulatedWorld world = new SimulatedWorld(6, OPTIONS);
    world.run(
        () -> {
          Pair pair = connect(world, world.machine("n1"));
          world.silenceOneWay("local", "n1");
          assertThat(world.areConnected("n1", "local")).isFalse();
          long begin = world.clock().nanoTime();
          pair.server.write(ByteBuffer.wrap(numbers(0, 3)));
          assertThat(pair.client.read(ByteBuffer.allocate(3))).isPositive();
          assertThat(world.clock().nanoTime() - begin).isLessThan(SECOND_NANOS);
          pair.client.write(ByteBuffer.wrap(numbers(0, 3)));
          world.clock().schedule(SECOND_NANOS, () -> world.heal("n1", "local"));
          assertThat(pair.server.read(ByteBuffer.allocate(3))).isPositive();
          assertThat(world.clock().nanoTime() - begin).isGreaterThanOrEqualTo(SECOND_NANOS);
        });
  }

  @Test
  void aLinkCanBeSlow() {
    SimulatedWorld world = new SimulatedWorld(7, OPTIONS);
    world.run(
        () -> {
          Pair pair = connect(world, world.machine("n1"));
          world.slowDown("n1", "local", new DelayRange(SECOND_NANOS, SECOND_NANOS));
          long begin = world.clock().nanoTime();
          pair.client.write(ByteBuffer.wrap(numbers(0, 3)));
          assertThat(pair.server.read(ByteBuffer.allocate(3))).isPositive();
          assertThat(world.clock().nanoTime() - begin).isGreaterThanOrEqualTo(SECOND_NANOS);
          world.heal("local", "n1");
          pair.server.write(ByteBuffer.wrap(numbers(0, 3)));
          assertThat(pair.client.read(ByteBuffer.allocate(3))).isPositive();
          assertThat(world.clock().nanoTime() - begin).isLessThan(2 * SECOND_NANOS);
        });
  }

  @Test
  void aPausedMachineStandsStillAndGoesOn() {
    SimulatedWorld world = new SimulatedWorld(8, OPTIONS);
    int[] ticks = new int[1];
    world.run(
        () -> {
          SimulatedMachine machine = world.machine("n1");
          Pair pair = connect(world, machine);
          machine.threads().startVirtual("ticker", () -> tick(machine, ticks));
          world.threads().sleep(SECOND_NANOS);
          machine.pause();
          int ticksBefore = ticks[0];
          assertThat(ticksBefore).isPositive();
          pair.client.write(ByteBuffer.wrap(numbers(0, 3)));
          world.threads().sleep(SECOND_NANOS);
          assertThat(ticks[0]).isEqualTo(ticksBefore);
          assertThat(world.areConnected("n1", "local")).isFalse();
          machine.resume();
          world.threads().sleep(SECOND_NANOS);
          assertThat(ticks[0]).isGreaterThan(ticksBefore);
          assertThat(pair.server.read(ByteBuffer.allocate(3))).isPositive();
          machine.pause();
          machine.crash(CrashMode.KEEP_ALL);
          assertThat(world.restart("n1").isPaused()).isFalse();
        });
  }

  @Test
  void aCrashDuringASilenceIsNoticedAfterIt() {
    SimulatedWorld world = new SimulatedWorld(5, OPTIONS);
    world.run(
        () -> {
          Pair pair = connect(world, world.machine("n1"));
          world.silence("local", "n1");
          world.machine("n1").crash(CrashMode.LOSE_UNFORCED);
          long begin = world.clock().nanoTime();
          world.clock().schedule(SECOND_NANOS, () -> world.heal("local", "n1"));
          assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1)))
              .hasMessage("Connection reset");
          assertThat(world.clock().nanoTime() - begin).isGreaterThanOrEqualTo(SECOND_NANOS);
        });
  }

  @Test
  void connectionsBreakAtRandomWhenAsked() {
    int broken = 0;
    for (long seed = 0; seed < 50; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, OPTIONS.withConnectionCutOneIn(20));
      broken +=
          world.call(
              () -> {
                Pair pair = connect(world, world.machine("n1"));
                try {
                  for (int i = 0; i < 10; i++) {
                    pair.client.write(ByteBuffer.allocate(10));
                  }
                  return 0;
                } catch (IOException e) {
                  return 1;
                }
              });
    }
    assertThat(broken).isBetween(5, 45);
  }

  @Test
  void aMachineCrashesAloneAndRestartsWithItsDisk() {
    SimulatedWorld world = new SimulatedWorld(4, OPTIONS);
    int[] ticks = new int[1];
    world.run(
        () -> {
          SimulatedMachine before = world.machine("n1");
          Pair pair = connect(world, before);
          before.disk().createDirectories(Path.of("/data"));
          before.disk().openForAppend(Path.of("/data/lost"));
          before.threads().startVirtual("ticker", () -> tick(before, ticks));
          world.threads().sleep(SECOND_NANOS);
          before.crash(CrashMode.LOSE_UNFORCED);
          int ticksBefore = ticks[0];
          assertThat(ticksBefore).isPositive();
          assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1)))
              .isInstanceOf(IOException.class);
          assertThatThrownBy(() -> world.network().connect(SERVER, SECOND_NANOS))
              .isInstanceOf(SocketTimeoutException.class);
          SimulatedMachine after = world.restart("n1");
          assertThat(after.disk().isDirectory(Path.of("/data"))).isTrue();
          assertThat(after.disk().exists(Path.of("/data/lost"))).isFalse();
          connect(world, after);
          assertThat(ticks[0]).isEqualTo(ticksBefore);
        });
  }

  private static void tick(World world, int[] ticks) {
    while (ticks[0] < Integer.MAX_VALUE) {
      world.threads().sleep(SECOND_NANOS / 100);
      ticks[0]++;
    }
  }

  private record Pair(Connection client, Connection server) {}

  private static Pair connect(SimulatedWorld world, SimulatedMachine server) throws IOException {
    Listener listener = server.network().listen(new InetSocketAddress(9092));
    Connection client = world.network().connect(SERVER, SECOND_NANOS);
    return new Pair(client, listener.accept());
  }

  private static byte[] numbers(int from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
