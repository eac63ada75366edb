package io.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What commands say and answer that need no node. */
class CommandsTest {
  private final PrintStream usualOut = System.out;
  private final PrintStream usualErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(usualOut);
    System.setErr(usualErr);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8).strip();
  }

  @Test
  void helpIsACommandToo() {
    assertThat(Commands.run("help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: barnabas", "topics");
    out.reset();
    assertThat(Commands.run("help", "topics", "create")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: barnabas topics create");
  }

  @Test
  void argumentsThatCannotBeAreWrongUsage() {
    assertThat(Commands.run("consume", "t", "--from", "nowhere")).isEqualTo(2);
    assertThat(err()).contains("'nowhere' is no place to begin", "See barnabas consume --help.");
    err.reset();
    assertThat(Commands.run("topics", "list", "-b", "foo")).isEqualTo(2);
    assertThat(err()).startsWith("The address 'foo' is not like host:port.");
    err.reset();
    assertThat(Commands.run("start", "-o", "x")).isEqualTo(2);
    assertThat(err()).startsWith("The value of option '--setting' should be like NAME=VALUE");
  }

  @Test
  void programsGetTheErrorAsJson() {
    assertThat(Commands.run("topics", "list", "--json", "-b", "foo")).isEqualTo(2);
    assertThat(err()).isEqualTo("{\"error\":\"The address 'foo' is not like host:port.\"}");
  }
}
