package io.barnabas.log;

import java.io.IOException;

/** A small file of the log's own holds what it never wrote. */
final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1;

  MalformedFileException(String message) {
    super(message);
  }
}
