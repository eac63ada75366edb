package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressedHereTest {

  @ParameterizedTest
  @CsvSource({
    // A heartbeat before the first entry proves nothing, and two entries prove these two.
    "false, 0, 13, -1",
    "false, 0, 0, -1",
    "false, 0, -1, -1",
    "false, 2, 13, 1",
    "false, 2, 2, 1",
    "false, 2, 1, 1",
    "false, 2, 0, 0",
    // What comes before the others is compared.
    "true, 0, 13, 13",
    "true, 2, 13, 13",
  })
  void noMoreIsCommittedThanIsKnownToMatch(
      boolean previous, int entries, long leaderCommit, long expected) {
    AppendEntriesRequestProto.Builder request =
        AppendEntriesRequestProto.newBuilder().setLeaderTerm(8).setLeaderCommit(leaderCommit);
    if (previous) {
      request.setPreviousLog(TermIndexProto.newBuilder().setTerm(7).setIndex(11));
    }
    for (int i = 0; i < entries; i++) {
      request.addEntries(LogEntryProto.newBuilder().setTerm(8).setIndex(i));
    }
    AppendEntriesRequestProto passed = AddressedHere.committingOnlyWhatMatches(request.build());
    assertThat(passed).isEqualTo(request.setLeaderCommit(expected).build());
  }
}
