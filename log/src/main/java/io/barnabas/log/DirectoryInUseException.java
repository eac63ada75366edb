package io.barnabas.log;

import java.io.IOException;

/** Another process, or this one, uses the data directory. */
public final class DirectoryInUseException extends IOException {
  private static final long serialVersionUID = 1;

  DirectoryInUseException(String message) {
    super(message);
  }
}
