package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogConfigTest {
  @ParameterizedTest
  @CsvSource({
    "compact, true, false",
    "'delete,delete', false, true",
    "' compact , delete', true, true",
    "'', false, false",
  })
  void cleanUpPoliciesAreASet(String policy, boolean compacts, boolean deletes) {
    LogConfig config = LogConfig.of(Map.of("cleanup.policy", policy));
    assertThat(config.compacted()).isEqualTo(compacts);
    assertThat(config.cleanupPolicy().contains("delete")).isEqualTo(deletes);
  }
}
