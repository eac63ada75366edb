package io.barnabas.metadata;

/**
 * Bytes that should hold facts or an image do not, or hold a kind of fact that this release does
 * not know. A node must not go on without that fact.
 */
public final class UnreadableFactException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for the operator. */
  public UnreadableFactException(String message) {
    super(message);
  }

  /** With a message for the operator, and what was found on the way. */
  public UnreadableFactException(String message, Throwable cause) {
    super(message, cause);
  }
}
