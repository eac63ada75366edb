package io.barnabas.server.net;

/** A client sent what is no request; the message is one sentence for the log. */
final class MalformedRequestException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;

  MalformedRequestException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** The message. */
  String reason() {
    return reason;
  }
}
