package io.barnabas.log;

/** The cleaner stops, or the log was cut, closed or taken away while it was cleaned. */
final class CleaningAbortedException extends Exception {
  private static final long serialVersionUID = 1;

  CleaningAbortedException(String message) {
    super(message);
  }
}
