package io.barnabas.quorum.simulated;

/** Bytes of one entry or snapshot; never the same as those of another one. */
final class Content {
  private final byte[] bytes;

  Content(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /** A copy. */
  byte[] bytes() {
    return bytes.clone();
  }
}
