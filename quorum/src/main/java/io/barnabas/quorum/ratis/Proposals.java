package io.barnabas.quorum.ratis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What was proposed here and not decided yet. Only what is applied decides: an entry that Ratis
 * lost sight of may still be committed by the next leader. Safe for use by any thread.
 */
final class Proposals {
  /** One entry on its way. */
  static final class Proposal {
    private final long callId;
    private final long expectedIndex;
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    private volatile boolean reachedLog;

    private Proposal(long callId, long expectedIndex) {
      this.callId = callId;
      this.expectedIndex = expectedIndex;
    }

    long callId() {
      return callId;
    }

    long expectedIndex() {
      return expectedIndex;
    }

    CompletableFuture<Boolean> outcome() {
      return outcome;
    }
  }

  private final Map<Long, Proposal> open = new LinkedHashMap<>();
  private final int max;
  private long lastCallId;
  private @Nullable IOException ended;

  Proposals(int max) {
    this.max = max;
  }

  /** Nothing if too many are open. */
  synchronized @Nullable Proposal add(long expectedIndex) throws IOException {
    if (ended != null) {
      throw new IOException(ended.getMessage(), ended);
    }
    if (open.size() >= max) {
      return null;
    }
    Proposal proposal = new Proposal(++lastCallId, expectedIndex);
    open.put(proposal.callId, proposal);
    return proposal;
  }

  synchronized boolean anyOpen() {
    return !open.isEmpty();
  }

  /** A call that is no proposal. */
  synchronized long nextCallId() {
    return ++lastCallId;
  }

  /** From now on the entry may be committed, whatever Ratis answers. */
  synchronized void reachedLog(long callId) {
    Proposal proposal = open.get(callId);
    if (proposal != null) {
      proposal.reachedLog = true;
    }
  }

  /** Ratis refused; that is believed only if the entry has not come as far as its log. */
  void refused(Proposal proposal, IOException reason) {
    synchronized (this) {
      if (proposal.reachedLog || open.remove(proposal.callId) == null) {
        return;
      }
    }
    proposal.outcome.completeExceptionally(reason);
  }

  /**
   * An entry was applied, or refused because another one was first.
   *
   * @param callId of a proposal of this node in this life, 0 if it is no such
   * @param taken whether the entry has become the one at {@code index}
   * @param index that of the last entry now
   */
  void applied(long callId, boolean taken, long index) {
    List<Proposal> beaten = new ArrayList<>();
    Proposal own;
    synchronized (this) {
      own = callId == 0 ? null : open.remove(callId);
      Iterator<Proposal> proposals = open.values().iterator();
      while (proposals.hasNext()) {
        Proposal proposal = proposals.next();
        if (proposal.expectedIndex < index) {
          proposals.remove();
          beaten.add(proposal);
        }
      }
    }
    if (own != null) {
      own.outcome.complete(taken);
    }
    beaten.forEach(proposal -> proposal.outcome.complete(false));
  }

  /** A snapshot was taken over: what it was made of is not known. */
  void skippedTo(long index) {
    fail(index, new IOException("A snapshot was taken over, in which the entry may be"));
  }

  /** Nothing is applied any more. */
  void end(IOException reason) {
    synchronized (this) {
      if (ended == null) {
        ended = reason;
      }
    }
    fail(Long.MAX_VALUE, reason);
  }

  private void fail(long belowIndex, IOException reason) {
    List<Proposal> unknown = new ArrayList<>();
    synchronized (this) {
      open.values()
          .removeIf(proposal -> proposal.expectedIndex < belowIndex && unknown.add(proposal));
    }
    unknown.forEach(proposal -> proposal.outcome.completeExceptionally(reason));
  }
}
