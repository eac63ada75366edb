package io.barnabas.log;

import java.io.IOException;

/** Where a partition's files should be are those of another one, or of nobody knows whom. */
final class ForeignFilesException extends IOException {
  private static final long serialVersionUID = 1;

  ForeignFilesException(String message) {
    super(message);
  }
}
