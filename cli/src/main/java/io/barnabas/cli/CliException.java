package io.barnabas.cli;

/** What was asked for cannot be done; the message is one sentence for the person who asked. */
public sealed class CliException extends RuntimeException permits WrongUsageException {
  private static final long serialVersionUID = 1L;

  /** Refuses with a sentence. */
  public CliException(String sentence) {
    super(sentence);
  }

  /** Refuses with a sentence, because of something. */
  public CliException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
