package io.barnabas.quorum;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Makes entries durable and puts them in one order for all nodes. Safe for use by any thread. */
public interface Quorum extends Closeable {
  /** Replays the snapshot and the committed entries to the listener, then goes on live. Once. */
  void start(CommitListener listener) throws IOException;

  /**
   * Proposes an entry as the next one.
   *
   * @param expectedIndex the index of the last committed entry that it was decided on
   * @return true once committed and told to the listener; false if another entry came first and
   *     nothing changed; fails with an {@link IOException} if it is not known what became of it
   */
  CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry);
}
