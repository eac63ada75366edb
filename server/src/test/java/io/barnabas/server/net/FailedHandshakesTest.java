package io.barnabas.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** The log of a node that strangers knock at. */
class FailedHandshakesTest {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private static Client client(String host, int port) {
    return new Client(
        port,
        "SSL",
        InetSocketAddress.createUnresolved("here", 9092),
        InetSocketAddress.createUnresolved(host, port));
  }

  @Test
  void aHostIsSaidOnceAMinuteWithHowManyThereWere() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(
        () -> {
          FailedHandshakes failed = new FailedHandshakes(world.clock());
          assertThat(failed.line(client("a", 1), "no"))
              .hasValueSatisfying(
                  line ->
                      assertThat(line).contains("a", ":1", "SSL", ": no.").doesNotContain("more"));
          for (int port = 2; port < 500; port++) {
            assertThat(failed.line(client("a", port), "no")).isEmpty();
          }
          assertThat(failed.line(client("b", 1), "no")).isPresent();
          world.threads().sleep(MINUTE_NANOS);
          assertThat(failed.line(client("a", 500), "why not"))
              .hasValueSatisfying(line -> assertThat(line).contains(":500", "why not. 498 more"));
          assertThat(failed.line(client("a", 501), "no")).isEmpty();
          world.threads().sleep(MINUTE_NANOS);
          assertThat(failed.line(client("a", 502), "no"))
              .hasValueSatisfying(
                  line ->
                      assertThat(line).endsWith("1 more were closed since the last such line."));
        });
  }

  @Test
  void manyHostsDoNotFillTheLogEither() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(
        () -> {
          FailedHandshakes failed = new FailedHandshakes(world.clock());
          for (int minute = 0; minute < 3; minute++) {
            int lines = 0;
            for (int host = 0; host < 5_000; host++) {
              String name = "h" + (minute * 5_000 + host);
              lines += failed.line(client(name, 1), "no").isPresent() ? 1 : 0;
            }
            assertThat(lines).isBetween(100, 101);
            world.threads().sleep(MINUTE_NANOS);
          }
        });
  }
}
