package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeaderDiskTest {
  private static final long SECOND = 1_000_000_000L;

  /** Any moment may be the first one that a clock tells. */
  private static final long BEGIN = -7 * SECOND;

  private final LeaderDisk disk = new LeaderDisk();

  @Test
  void whatDoesNotMoveForLongHangs() {
    assertThat(disk.hangs(4, 5, BEGIN)).isFalse();
    assertThat(disk.hangs(4, 6, BEGIN + SECOND)).isFalse();
    assertThat(disk.hangs(4, 7, BEGIN + 2 * SECOND)).isTrue();
    assertThat(disk.hangs(4, 7, BEGIN + 3 * SECOND)).as("said already").isFalse();
    assertThat(disk.hangs(4, 7, BEGIN + 4 * SECOND)).as("it goes on").isTrue();
  }

  @Test
  void whatMovesDoesNotHang() {
    for (int i = 0; i < 10; i++) {
      assertThat(disk.hangs(i, 20, BEGIN + i * SECOND)).isFalse();
    }
  }

  @Test
  void whereNothingIsToBeWrittenNothingHangs() {
    assertThat(disk.hangs(5, 5, BEGIN)).isFalse();
    assertThat(disk.hangs(5, 5, BEGIN + 9 * SECOND)).isFalse();
    assertThat(disk.hangs(5, 6, BEGIN + 10 * SECOND)).isFalse();
    assertThat(disk.hangs(6, 6, BEGIN + 11 * SECOND)).isFalse();
    assertThat(disk.hangs(6, 7, BEGIN + 12 * SECOND)).isFalse();
  }

  @Test
  void aNodeThatLeadsAnewHasItsTime() {
    assertThat(disk.hangs(4, 5, BEGIN)).isFalse();
    disk.forget();
    assertThat(disk.hangs(4, 5, BEGIN + 9 * SECOND)).isFalse();
  }
}
