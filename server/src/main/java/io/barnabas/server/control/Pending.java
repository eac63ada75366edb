package io.barnabas.server.control;

import java.util.List;

/** What the controller has decided last, and has not answered for. */
sealed interface Pending permits InFlight, Confirmation {
  /** Those that it answers, in order. */
  List<Request<?>> requests();

  /** The epoch in which it was decided. */
  int epoch();

  /** When the quorum was asked. */
  long beganNanos();
}
