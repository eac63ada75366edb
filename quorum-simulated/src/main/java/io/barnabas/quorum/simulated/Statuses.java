package io.barnabas.quorum.simulated;

import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.QuorumStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one member can say of all. */
final class Statuses {
  private Statuses() {}

  static QuorumStatus status(
      SimulatedQuorum quorum, Member self, Leadership told, @Nullable Leading leading, long nowMs) {
    List<Member> voters = quorum.voters();
    return new QuorumStatus(
        told,
        self.log.indexAt(self.committed),
        voters.stream().map(member -> progress(self, member, leading, nowMs)).toList(),
        quorum.members().stream()
            .filter(member -> !voters.contains(member))
            .map(member -> progress(self, member, leading, nowMs))
            .toList());
  }

  private static QuorumStatus.Progress progress(
      Member self, Member member, @Nullable Leading leading, long nowMs) {
    if (member == self) {
      return new QuorumStatus.Progress(member.identity(), self.log.lastIndex(), nowMs, nowMs);
    }
    if (leading == null) {
      return new QuorumStatus.Progress(member.identity(), -1, -1, -1);
    }
    Leading.Follower known = leading.follower(member);
    long index = self.log.has(known.match) ? self.log.indexAt(known.match) : -1;
    return new QuorumStatus.Progress(member.identity(), index, known.contactMs, known.caughtUpMs);
  }
}
