package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.world.RealWorld;
import org.junit.jupiter.api.Test;

class CommittedStateTest {
  @Test
  void whatHasFailedGivesNoSnapshotThatWouldTakeTheEntrysPlace() {
    CommittedState state =
        new CommittedState(
            RealWorld.create().threads().newMonitor(), ClusterImage.empty("cluster"));
    assertThat(state.snapshot()).isNotEmpty();
    state.committed(1, new byte[] {127, 127, 127, 127, 127, 127, 127, 127});
    assertThat(state.failure()).isPresent();
    state.committed(2, new byte[0]);
    assertThatThrownBy(state::snapshot)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot be read");
  }
}
