package io.barnabas.world.simulated;

import org.jspecify.annotations.Nullable;

/** A simulated run failed; the message names the seed that repeats it. */
public final class SimulationException extends RuntimeException {
  SimulationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
