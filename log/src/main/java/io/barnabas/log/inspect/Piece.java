package io.barnabas.log.inspect;

/** A stretch of a segment's file: a good batch, or something else. */
public sealed interface Piece permits BatchHeader, Damage {
  /** Where in the file it begins. */
  long position();
}
