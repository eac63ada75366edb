package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Random loads on compacted logs, with power losses, full and failing disks. */
class CompactionSimulationTest {
  private static final int SEEDS = 1_000;

  @Test
  void whatMustStayStaysAndWhatIsOldGoes() {
    long passes = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      CompactionRun run = new CompactionRun(seed);
      run.run();
      passes += run.passes;
    }
    assertThat(passes).as("passes that were made by hand").isGreaterThan(SEEDS / 2);
  }
}
