package io.barnabas.world;

/** Placeholder until the room is built. */
final class RealWorld {
  private RealWorld() {}
}
