package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.world.RealWorld;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommittedStateTest {
  @Test
  void whatIsDecidedInAnotherEpochThanThatOfTheControllerInChargeChangesNothing() {
    CommittedState state =
        new CommittedState(
            RealWorld.create().threads().newMonitor(), ClusterImage.empty("cluster"));
    Fact.ProducerIdsAllocated late = new Fact.ProducerIdsAllocated(500);
    state.committed(
        1, Entry.on(state.image(), 3, List.of(new Fact.ControllerActivated(1, 3))).encode());
    state.committed(
        2, Entry.on(state.image(), 5, List.of(new Fact.ControllerActivated(2, 5))).encode());
    for (int epoch : new int[] {3, 4, 6}) {
      ClusterImage before = state.image();
      byte[] entry = Entry.on(before, epoch, List.of(late)).encode();
      state.expect(before.version() + 1, entry);
      state.committed(before.version() + 1, entry);
      assertThat(state.image().version()).isEqualTo(before.version() + 1);
      assertThat(state.image().digest()).isEqualTo(before.digest());
      assertThat(state.fate()).isEqualTo(CommittedState.Fate.LOST);
    }
    byte[] entry = Entry.on(state.image(), 5, List.of(late)).encode();
    state.expect(6, entry);
    state.committed(6, entry);
    assertThat(state.image().nextProducerId()).isEqualTo(500);
    assertThat(state.fate()).isEqualTo(CommittedState.Fate.COMMITTED);
    assertThat(state.failure()).isEmpty();
  }

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
