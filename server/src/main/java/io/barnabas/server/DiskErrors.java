package io.barnabas.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What the disk refused, in words: the messages of several exceptions are no more than a path. */
final class DiskErrors {
  private DiskErrors() {}

  /** Why, as the end of a sentence, without its full stop. */
  static String reason(IOException failure) {
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return failure.toString();
    }
    return switch (failure) {
      case NoSuchFileException e -> e.getFile() + " is not there and cannot be made";
      case AccessDeniedException e -> "access to " + e.getFile() + " is denied";
      case FileAlreadyExistsException e -> e.getFile() + " is not a directory";
      case NotDirectoryException e -> e.getFile() + " is not a directory";
      case FileSystemException e when e.getReason() == null ->
          "%s (%s)".formatted(message, e.getClass().getSimpleName());
      default -> message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    };
  }
}
