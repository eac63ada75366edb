package io.barnabas.server.control;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** A quorum that also tells of each entry before its listener learns of it. */
final class CheckedQuorum implements Quorum {
  private final Quorum quorum;
  private final BiConsumer<Long, byte[]> onEntry;

  CheckedQuorum(Quorum quorum, BiConsumer<Long, byte[]> onEntry) {
    this.quorum = quorum;
    this.onEntry = onEntry;
  }

  @Override
  public void start(CommitListener listener) throws IOException {
    quorum.start(
        new CommitListener() {
          @Override
          public void loadSnapshot(long index, byte[] snapshot) {
            listener.loadSnapshot(index, snapshot);
          }

          @Override
          public void committed(long index, byte[] entry) {
            onEntry.accept(index, entry);
            listener.committed(index, entry);
          }

          @Override
          public byte[] snapshot() {
            return listener.snapshot();
          }

          @Override
          public void led(Leadership leadership) {
            listener.led(leadership);
          }

          @Override
          public void failed(IOException cause) {
            listener.failed(cause);
          }
        });
  }

  @Override
  public CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry) {
    return quorum.propose(expectedIndex, entry);
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    return quorum.readIndex();
  }

  @Override
  public Leadership leadership() {
    return quorum.leadership();
  }

  @Override
  public QuorumStatus status() {
    return quorum.status();
  }

  @Override
  public CompletableFuture<Void> addVoter(QuorumMember member) {
    return quorum.addVoter(member);
  }

  @Override
  public CompletableFuture<Void> removeVoter(int nodeId, UUID directoryId) {
    return quorum.removeVoter(nodeId, directoryId);
  }

  @Override
  public boolean handOver() {
    return quorum.handOver();
  }

  @Override
  public void close() throws IOException {
    quorum.close();
  }
}
