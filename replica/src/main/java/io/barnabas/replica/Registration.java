package io.barnabas.replica;

/** A listener that was added somewhere. */
@FunctionalInterface
public interface Registration {
  /** Takes the listener away; safe to repeat. A call that is under way may still come. */
  void cancel();
}
