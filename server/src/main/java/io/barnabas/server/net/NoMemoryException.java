package io.barnabas.server.net;

import java.io.IOException;

/** The JVM may have no more memory outside the heap; the message says what to do. */
final class NoMemoryException extends IOException {
  private static final long serialVersionUID = 1;

  NoMemoryException(int bytes, OutOfMemoryError cause) {
    super(
        "there is no memory outside the heap for %d bytes: lower queued.max.request.bytes or raise"
                .formatted(bytes)
            + " -XX:MaxDirectMemorySize",
        cause);
  }

  NoMemoryException(OutOfMemoryError cause) {
    super(
        "there is no memory outside the heap: lower queued.max.request.bytes or raise"
            + " -XX:MaxDirectMemorySize",
        cause);
  }
}
