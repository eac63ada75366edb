package io.barnabas.log;

import org.jspecify.annotations.Nullable;

/** A log cannot be compacted, now or later. */
final class UncleanableException extends Exception {
  private static final long serialVersionUID = 1;

  UncleanableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
