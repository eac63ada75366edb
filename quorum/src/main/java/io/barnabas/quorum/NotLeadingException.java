package io.barnabas.quorum;

import java.io.IOException;

/** Only the leader of the quorum can do this, and this node does not lead. Nothing changed. */
public final class NotLeadingException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Names what was asked.
   *
   * @param message one sentence
   */
  public NotLeadingException(String message) {
    super(message);
  }
}
