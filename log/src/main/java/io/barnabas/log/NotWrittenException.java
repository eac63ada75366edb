package io.barnabas.log;

import java.io.IOException;
import java.nio.file.Path;

/** A file took no bytes, as when the disk is full, and is as it was before. */
final class NotWrittenException extends IOException {
  private static final long serialVersionUID = 1;

  NotWrittenException(Path file, IOException cause) {
    super(file + " could not be written: " + cause.getMessage(), cause);
  }
}
