package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.server.membership.BrokerLifecycle.Health;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class DiskHealthTest {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final Uuid DIRECTORY = new Uuid(1, 1);
  private static final Health HANGS = new Health(true, List.of());

  @Test
  void aDiskThatHungIsSoundOnlyAfterAWhileWithoutAnotherHang() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    AtomicLong busy = new AtomicLong();
    AtomicReference<Optional<IOException>> failure = new AtomicReference<>(Optional.empty());
    DiskHealth health = new DiskHealth(world.clock(), List.of(DIRECTORY), failure::get, busy::get);
    assertThat(health.get()).isEqualTo(Health.GOOD);
    busy.set(SECOND_NANOS);
    assertThat(health.get()).isEqualTo(Health.GOOD);
    for (int i = 0; i < 2; i++) {
      busy.set(2 * SECOND_NANOS);
      assertThat(health.get()).isEqualTo(HANGS);
      busy.set(0);
      world.runFor(4 * SECOND_NANOS);
      assertThat(health.get()).isEqualTo(HANGS);
    }
    world.runFor(2 * SECOND_NANOS);
    assertThat(health.get()).isEqualTo(Health.GOOD);
    failure.set(Optional.of(new IOException("broken")));
    assertThat(health.get()).isEqualTo(new Health(true, List.of(DIRECTORY)));
  }
}
