package io.barnabas.server.membership;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/** What a broker's files remember of its registrations. */
public interface BrokerFiles {
  /** The epoch of the broker that left them in good order; -1 if there is none. */
  long leftWithEpoch();

  /** The epoch of the broker that used them last; -1 if there is none. */
  long usedWithEpoch();

  /** The broker's starts of whose registrations these files have not heard, since then. */
  Set<Uuid> begunRegistrations();

  /**
   * Before the broker registers for the first time since its start. As {@link #useWithEpoch}.
   *
   * @throws IOException if they do not take it in
   */
  void beginRegistration(Uuid incarnation) throws IOException;

  /**
   * The topics of which a crash may have taken what was acknowledged. Empty if it can be any topic.
   */
  Optional<Set<Uuid>> unforcedTopics();

  /**
   * A broker uses them from now on; even a power loss does not undo that. May wait for the disk.
   *
   * @throws IOException if they do not take it in
   */
  void useWithEpoch(long epoch) throws IOException;
}
