package io.barnabas.cli.client;

import io.barnabas.cli.Sentences;
import io.barnabas.cli.WrongUsageException;
import io.barnabas.cli.text.Output;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of commands that can show the same again and again. */
final class Watch {
  @Option(
      names = {"-w", "--watch"},
      description = "Show it again and again, until Ctrl-C.")
  private boolean isWanted;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "With --watch, how often; default: 2.")
  private int seconds;

  /**
   * Shows something once, or until the process is ended or nobody reads any more. Once it has been
   * shown, a failure is shown in its place and does not end it: nodes go and come back.
   */
  void run(Output out, Runnable view) {
    if (seconds < 1) {
      throw new WrongUsageException("The option --interval must be 1 or more.");
    }
    if (!isWanted) {
      view.run();
      return;
    }
    head(out);
    view.run();
    while (out.flush()) {
      pause();
      head(out);
      showOrSay(out, view);
    }
  }

  private void head(Output out) {
    if (!out.isJson()) {
      out.clear();
      out.line(
          "%s, every %d s. Ctrl-C ends it."
              .formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS), seconds));
    }
  }

  private static void showOrSay(Output out, Runnable view) {
    try {
      view.run();
    } catch (RuntimeException e) {
      String sentence = Sentences.of(e);
      if (out.isJson()) {
        out.json(Map.of("error", sentence));
      } else {
        out.line(sentence);
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(seconds * 1_000L);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
  }
}
