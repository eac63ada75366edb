package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the quorum asks for a snapshot, and when again. */
class SnapshotsDueTest {
  private final SnapshotsDue due = new SnapshotsDue(100);

  @Test
  void oneIsDueAfterSoManyBytesAndOnlyOnceAtATime() {
    assertThat(due.applied(99)).isFalse();
    assertThat(due.applied(1)).isTrue();
    assertThat(due.applied(1_000)).isFalse();
    due.taken();
    due.answered();
    assertThat(due.applied(99)).isFalse();
    assertThat(due.applied(1)).isTrue();
  }

  @Test
  void whatFailsIsAskedForAgainButNotAtEveryEntry() {
    assertThat(due.applied(100)).isTrue();
    due.answered();
    assertThat(due.applied(24)).isFalse();
    assertThat(due.applied(1)).isTrue();
    due.answered();
    assertThat(due.applied(25)).isTrue();
  }
}
