package io.barnabas.server.peers;

import java.io.IOException;

/** Nothing of the request was sent, so the peer does not know of it. */
public final class NotSentException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With a message for the operator. */
  public NotSentException(String message) {
    super(message);
  }

  /** Because of something else, with the same message. */
  public NotSentException(Throwable cause) {
    super(cause.getMessage(), cause);
  }
}
