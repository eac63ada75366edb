package io.barnabas.quorum;

import java.io.IOException;

/**
 * Told of all that was committed, in order, by one thread at a time. Must neither block nor throw.
 */
public interface CommitListener {
  /**
   * Replaces all state by a snapshot that an earlier {@link #snapshot} gave, on this node or
   * another: a node that was away too long is told so in the midst of its entries.
   *
   * @param index that of the last entry in it
   */
  void loadSnapshot(long index, byte[] snapshot);

  /** An entry was committed; indexes start at 1 and have no gaps. */
  void committed(long index, byte[] entry);

  /**
   * All state, as of the last entry that was committed.
   *
   * @throws IllegalStateException if there was an entry that it could not take in: no snapshot is
   *     kept then, no entry is dropped, and the quorum has failed on this node
   */
  byte[] snapshot();

  /**
   * Another node leads, or none, or this one does from now on. Told between entries: what was
   * committed before an epoch in which this node is active has been told before.
   */
  void led(Leadership leadership);

  /** The quorum has failed for good, and nothing more is told. Called once at most. */
  void failed(IOException cause);
}
