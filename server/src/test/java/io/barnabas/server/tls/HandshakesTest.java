package io.barnabas.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.Clock;
import io.barnabas.world.Connection;
import io.barnabas.world.Disk;
import io.barnabas.world.Listener;
import io.barnabas.world.Network;
import io.barnabas.world.Randomness;
import io.barnabas.world.Threads;
import io.barnabas.world.World;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** No handshake is without a limit. */
class HandshakesTest {
  private static final int PORT = 9092;

  private interface Body {
    void run(World world, Connection stream) throws Exception;
  }

  private static void run(Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(
        () -> {
          try (Listener _ = world.machine("n1").network().listen(new InetSocketAddress(PORT));
              Connection stream =
                  world
                      .network()
                      .connect(
                          InetSocketAddress.createUnresolved("n1", PORT),
                          TimeUnit.SECONDS.toNanos(1))) {
            body.run(world, stream);
          }
        });
  }

  private static void assertClosed(Connection stream) {
    assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aTimerThatFiresBeforeItIsThereStillEndsIt() {
    run(
        (world, stream) -> {
          Handshakes handshakes = new Handshakes(new Hasty(world), 10);
          handshakes.begin(stream, 0);
          assertThat(handshakes.end(stream)).as("ended in time").isFalse();
          assertClosed(stream);
        });
  }

  @Test
  void oneThatTakesTooLongEnds() {
    run(
        (world, stream) -> {
          Handshakes handshakes = new Handshakes(world, 10);
          handshakes.begin(stream, 1_000_000);
          world.threads().sleep(2_000_000);
          assertThat(handshakes.end(stream)).as("ended in time").isFalse();
          assertClosed(stream);
        });
  }

  @Test
  void oneThatEndsInTimeIsLeftAlone() {
    run(
        (world, stream) -> {
          Handshakes handshakes = new Handshakes(world, 10);
          handshakes.begin(stream, 1_000_000);
          assertThat(handshakes.end(stream)).as("ended in time").isTrue();
          world.threads().sleep(2_000_000);
          stream.write(ByteBuffer.allocate(1));
        });
  }

  /** A world whose timers fire before one has them. */
  private record Hasty(World world) implements World {
    @Override
    public Clock clock() {
      return new Clock() {
        @Override
        public long nanoTime() {
          return world.clock().nanoTime();
        }

        @Override
        public long wallTimeMillis() {
          return world.clock().wallTimeMillis();
        }

        @Override
        public Timer schedule(long delayNanos, Runnable action) {
          action.run();
          return () -> {};
        }
      };
    }

    @Override
    public Threads threads() {
      return world.threads();
    }

    @Override
    public Network network() {
      return world.network();
    }

    @Override
    public Disk disk() {
      return world.disk();
    }

    @Override
    public Randomness randomness() {
      return world.randomness();
    }
  }
}
