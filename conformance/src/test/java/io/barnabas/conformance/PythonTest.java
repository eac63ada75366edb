package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The two Python clients, as Debian packages them (python3-confluent-kafka, python3-kafka): topics
 * created, records in and out with every codec, topics deleted.
 */
@OnEverySubject
class PythonTest {

  private static final int LIMIT_SECONDS = 120;
  private static final Path PROGRAMS = Path.of("src", "test", "python");

  private final Subject subject;
  @TempDir Path directory = Path.of("target");

  PythonTest(Subject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @ValueSource(strings = {"round_trip_confluent.py", "round_trip_kafka_python.py"})
  void whatWentInComesOut(String program) throws Exception {
    JavaProcess.Result result =
        JavaProcess.run(
            List.of(
                "/usr/bin/python3",
                PROGRAMS.resolve(program).toString(),
                subject.broker().bootstrapServers(),
                subject.newTopicName()),
            LIMIT_SECONDS,
            directory.resolve("python.log").toFile());
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("all the same");
  }
}
