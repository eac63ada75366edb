package io.barnabas.quorum;

import java.io.IOException;

/**
 * An entry was not taken: a full disk, perhaps, or a full queue. Nothing changed, and the quorum
 * goes on.
 */
public final class NotAppendedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With a message for the operator. */
  public NotAppendedException(String message) {
    super(message);
  }

  /** With a message for the operator, and what was found on the way. */
  public NotAppendedException(String message, IOException cause) {
    super(message, cause);
  }
}
