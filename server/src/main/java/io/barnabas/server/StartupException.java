package io.barnabas.server;

/** A node cannot start; the message is one sentence that tells the operator why. */
public final class StartupException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public StartupException(String sentence) {
    super(sentence);
  }

  /** Says why, and keeps the details for whoever looks for them. */
  public StartupException(String sentence, Throwable cause) {
    super(sentence, cause);
  }

  /** What a failure says, with one full stop. */
  static String sentence(Exception failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return message.endsWith(".") ? message : message + ".";
  }
}
