package io.barnabas.server.tls;

import java.io.IOException;

/** The two sides do not agree on a protected stream; the message says why in a few words. */
public final class TlsException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With a message for the operator. */
  public TlsException(String message) {
    super(message);
  }

  /** Because of something else. */
  public TlsException(String message, Throwable cause) {
    super(message, cause);
  }
}
