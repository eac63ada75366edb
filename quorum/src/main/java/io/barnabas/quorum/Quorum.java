package io.barnabas.quorum;

import java.io.Closeable;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Makes entries durable on a majority and puts them in one order for all nodes. Safe for use by any
 * thread. Futures are completed by the quorum's own threads, which must not be held up.
 */
public interface Quorum extends Closeable {
  /** The most voters that a quorum has. */
  int MAX_VOTERS = 5;

  /**
   * Replays the snapshot and the committed entries that are on this node to the listener, then goes
   * on live. Once. What the listener throws while it is replayed to is thrown on.
   */
  void start(CommitListener listener) throws IOException;

  /**
   * Proposes an entry as the next one. Never waits.
   *
   * @param expectedIndex the index of the last committed entry that it was decided on
   * @return true once committed and told to this node's listener; false if another entry came first
   *     and nothing changed. If this node stops to lead meanwhile, it is known only when the next
   *     entry is. Fails with a {@link NotLeadingException} or a {@link NotAppendedException} if
   *     nothing changed, and with any other {@link IOException} if it is not known what became of
   *     it, or if the quorum has failed or is closed
   */
  CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry);

  /**
   * The index of the last entry that was committed before this call, by a majority's word (Raft's
   * ReadIndex): whoever has applied it has all that anyone was told of before. Fails with an {@link
   * IOException} if no leader answers.
   */
  CompletableFuture<Long> readIndex();

  /** Who leads; what the listener was last told. */
  Leadership leadership();

  /** The members, and how far they have come if this node leads. */
  QuorumStatus status();

  /**
   * Gives a member that already follows a vote. In place of the voter with the same node id, if
   * there is one with another directory.
   *
   * @return fails with {@link NotLeadingException}, {@link MembershipException}, or any other
   *     {@link IOException} if it is not known what became of it
   */
  CompletableFuture<Void> addVoter(QuorumMember member);

  /** Takes a voter's vote away; it may be this node. Fails as {@link #addVoter} does. */
  CompletableFuture<Void> removeVoter(int nodeId, UUID directoryId);

  /**
   * Has another voter lead, if this node does and one of them can: this one is about to go, and
   * goes on as a follower until then. May wait a second for each of them.
   *
   * @return whether this node does not lead now
   */
  boolean handOver();

  /** Carries out what was proposed before, then stops. Not for the listener to call. */
  @Override
  void close() throws IOException;
}
