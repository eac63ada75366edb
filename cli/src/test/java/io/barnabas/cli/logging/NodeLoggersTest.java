package io.barnabas.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class NodeLoggersTest {
  private final NodeLoggers loggers = new NodeLoggers(Map.of("root", "WARN", "a.b", "ERROR"));

  @Test
  void aLoggerHasTheLevelOfTheNearestAboveIt() {
    assertThat(loggers.getLogger("x").isWarnEnabled()).isTrue();
    assertThat(loggers.getLogger("x").isInfoEnabled()).isFalse();
    assertThat(loggers.getLogger("a.b.C").isWarnEnabled()).isFalse();
    assertThat(loggers.getLogger("a.bc").isWarnEnabled()).isTrue();
    assertThat(loggers.getLogger("x")).isSameAs(loggers.getLogger("x"));
  }

  @Test
  void levelsChangeForLoggersThatAreThereAndThatWillBe() {
    Logger before = loggers.getLogger("a.b.C");
    loggers.change("a", Optional.of("TRACE"));
    assertThat(before.isWarnEnabled()).as("nearer than a").isFalse();
    loggers.change("a.b", Optional.empty());
    assertThat(before.isTraceEnabled()).isTrue();
    assertThat(loggers.getLogger("a.New").isTraceEnabled()).isTrue();
    loggers.change("root", Optional.of("FATAL"));
    assertThat(loggers.getLogger("x").isErrorEnabled()).isTrue();
    assertThat(loggers.getLogger("x").isWarnEnabled()).isFalse();
    assertThat(loggers.levels())
        .containsEntry("root", "FATAL")
        .containsEntry("a.b.C", "TRACE")
        .containsEntry("x", "FATAL");
  }
}
