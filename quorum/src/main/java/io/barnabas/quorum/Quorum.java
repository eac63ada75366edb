package io.barnabas.quorum;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Makes entries durable and puts them in one order for all nodes. Safe for use by any thread. */
public interface Quorum extends Closeable {
  /**
   * Replays the snapshot and the committed entries to the listener, then goes on live. Once. What
   * the listener throws while it is replayed to is thrown on.
   */
  void start(CommitListener listener) throws IOException;

  /**
   * Proposes an entry as the next one. Never waits.
   *
   * @param expectedIndex the index of the last committed entry that it was decided on
   * @return true once committed and told to the listener; false if another entry came first and
   *     nothing changed; fails with a {@link NotAppendedException} if nothing changed for another
   *     reason, and with any other {@link IOException} if it is not known what became of it, or if
   *     the quorum has failed or is closed. Completed by the quorum's own thread, which must not be
   *     held up
   */
  CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry);

  /** Carries out what was proposed before, then stops. Not for the listener to call. */
  @Override
  void close() throws IOException;
}
