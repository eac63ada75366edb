package io.barnabas.quorum;

import java.io.IOException;

/**
 * Told of all that was committed, in order, by one thread at a time. Must neither block nor throw.
 */
public interface CommitListener {
  /** Replaces all state by a snapshot that an earlier {@link #snapshot} gave. */
  void loadSnapshot(byte[] snapshot);

  /** An entry was committed; indexes start at 1 and have no gaps. */
  void committed(long index, byte[] entry);

  /** All state, as of the last entry that was committed. */
  byte[] snapshot();

  /** The quorum has failed for good, and nothing more is told. Called once at most. */
  void failed(IOException cause);
}
