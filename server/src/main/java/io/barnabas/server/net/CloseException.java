package io.barnabas.server.net;

/** A handler wants the connection closed; the message is its reason. */
final class CloseException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;

  CloseException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** The message. */
  String reason() {
    return reason;
  }
}
