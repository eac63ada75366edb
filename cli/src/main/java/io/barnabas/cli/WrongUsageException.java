package io.barnabas.cli;

/** An argument is not of a form that it can have; the message is one sentence for who wrote it. */
public final class WrongUsageException extends CliException {
  private static final long serialVersionUID = 1L;

  /** Refuses with a sentence. */
  public WrongUsageException(String sentence) {
    super(sentence);
  }
}
