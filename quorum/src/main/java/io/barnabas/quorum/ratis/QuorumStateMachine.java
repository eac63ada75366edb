package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.ProtoUtils;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis applies its log to: counts the entries that were decided on the one before them, tells
 * these, and drops the others. The count goes into snapshots. One for each time that Ratis starts.
 */
final class QuorumStateMachine extends BaseStateMachine {
  /** So many places are remembered, to tell how far others are. */
  private static final int MAX_PLACES = 4096;

  /** Hears of what happens beside the entries. May be called with Ratis's locks held. */
  interface Events {
    /** A node was elected, or is followed from now on, in a term. */
    void leaderChanged(RaftPeerId leader, long term);

    /** This node does not lead any more. */
    void deposed();

    /** Members have changed, perhaps. */
    void configurationChanged();

    /**
     * So many bytes were applied since the last snapshot that another one is due.
     *
     * @param answered to be called once it is there, or will not come
     */
    void snapshotDue(Runnable answered);

    /** Disk failures and broken promises; Ratis does not go on, or must not. */
    void failed(IOException cause);
  }

  private final ClientId ownCalls;
  private final int nodeId;
  private final Teller teller;
  private final Proposals proposals;
  private final Events events;
  private final SnapshotsDue snapshotsDue;
  private final SnapshotFiles storage = new SnapshotFiles();

  /** Known before Ratis tells of any leader; whoever began the group hears of it later. */
  private volatile RaftServer.@Nullable Division division;

  // Of the thread that applies.
  private long index;
  private int configurationTerm;

  /** Raft index to ours, of late; guarded by itself. */
  private final TreeMap<Long, Long> places = new TreeMap<>();

  /** In the terms up to it, this node is not active any more, nor will it be. */
  private volatile long deposedTerm = -1;

  /** Nothing if no change of members was applied since the start. */
  private volatile @Nullable Settled settled;

  /** The members, as of a change that is committed and complete. */
  record Settled(List<QuorumMember> voters, List<QuorumMember> listeners) {}

  QuorumStateMachine(
      ClientId ownCalls,
      int nodeId,
      Teller teller,
      Proposals proposals,
      Events events,
      int snapshotAfterBytes) {
    this.ownCalls = ownCalls;
    this.nodeId = nodeId;
    this.teller = teller;
    this.proposals = proposals;
    this.events = events;
    snapshotsDue = new SnapshotsDue(snapshotAfterBytes);
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, groupId, raftStorage);
    division = server.getDivision(groupId);
    storage.init(raftStorage);
    load();
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  /** Called before an installed snapshot is put in place, with a lock of the server's held. */
  @Override
  public void pause() {
    if (getLifeCycle().getCurrentState() == LifeCycle.State.RUNNING) {
      getLifeCycle().transition(LifeCycle.State.PAUSING);
      getLifeCycle().transition(LifeCycle.State.PAUSED);
    }
    try {
      storage.forceReceived();
    } catch (IOException e) {
      events.failed(e);
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void reinitialize() throws IOException {
    try {
      storage.loadLatestSnapshot();
      load();
      RatisGroup.LOG.info("A snapshot was received that has all up to entry {}", index);
    } catch (IOException | RuntimeException e) {
      events.failed(new IOException("A snapshot that was received cannot be used", e));
      throw e;
    }
    if (getLifeCycle().getCurrentState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  private void load() throws IOException {
    var latest = storage.getLatestSnapshot();
    if (latest == null) {
      return;
    }
    SnapshotFiles.Content content = SnapshotFiles.read(latest.getFile().getPath());
    index = content.index();
    setLastAppliedTermIndex(latest.getTermIndex());
    remember(latest.getTermIndex().getIndex(), index);
    proposals.skippedTo(index);
    teller.loadSnapshot(index, content.state());
  }

  @Override
  public long takeSnapshot() throws IOException {
    TermIndex applied = getLastAppliedTermIndex();
    if (index > teller.index()) {
      throw new IOException("Entry %d is not told yet".formatted(index));
    }
    if (index < teller.index()) {
      // Restarted in the midst: the listener is still ahead.
      return -1;
    }
    byte[] state;
    try {
      state = teller.snapshot();
    } catch (IllegalStateException e) {
      IOException cause = new IOException(e.getMessage(), e);
      events.failed(cause);
      throw cause;
    }
    Path file = storage.write(applied, new SnapshotFiles.Content(index, state));
    snapshotsDue.taken();
    RatisGroup.LOG.info("Snapshot {} has all up to entry {}", file.getFileName(), index);
    return applied.getIndex();
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public TransactionContext preAppendTransaction(TransactionContext transaction) {
    proposals.reachedLog(transaction.getClientRequest().getCallId());
    return transaction;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto raftEntry = transaction.getLogEntry();
    try {
      apply(raftEntry.getIndex(), raftEntry.getStateMachineLogEntry());
    } catch (RuntimeException | Error e) {
      events.failed(new IOException("An entry could not be applied", e));
      throw e;
    }
    updateLastAppliedTermIndex(raftEntry.getTerm(), raftEntry.getIndex());
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  private void apply(long raftIndex, StateMachineLogEntryProto entry) {
    ByteString data = entry.getLogData();
    long expected = data.substring(0, Long.BYTES).asReadOnlyByteBuffer().getLong();
    boolean taken = expected == index;
    if (taken) {
      index++;
      teller.committed(index, data.substring(Long.BYTES).toByteArray());
    }
    remember(raftIndex, index);
    if (snapshotsDue.applied(data.size())) {
      events.snapshotDue(snapshotsDue::answered);
    }
    boolean own = ClientId.valueOf(entry.getClientId()).equals(ownCalls);
    proposals.applied(own ? entry.getCallId() : 0, taken, index);
  }

  /** An entry as Ratis stores it. */
  static ByteString encode(long expectedIndex, byte[] entry) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + entry.length);
    bytes.putLong(expectedIndex).put(entry).flip();
    return ByteString.copyFrom(bytes);
  }

  /** Asked once all that was committed when the reader asked is applied here. */
  @Override
  public CompletableFuture<Message> query(Message request) {
    return CompletableFuture.completedFuture(
        Message.valueOf(
            ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(teller.index()).flip())));
  }

  static long decodeIndex(Message answer) {
    return answer.getContent().asReadOnlyByteBuffer().getLong();
  }

  private void remember(long raftIndex, long ownIndex) {
    synchronized (places) {
      places.put(raftIndex, ownIndex);
      if (places.size() > MAX_PLACES) {
        places.pollFirstEntry();
      }
    }
  }

  /** Our index of the last entry up to a Raft index, -1 if that is long ago. */
  long ownIndex(long raftIndex) {
    synchronized (places) {
      Map.Entry<Long, Long> place = places.floorEntry(raftIndex);
      if (place != null) {
        return place.getValue();
      }
      return places.isEmpty() || places.firstEntry().getValue() <= 1 ? 0 : -1;
    }
  }

  @Nullable Settled settled() {
    return settled;
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
    events.leaderChanged(leader, currentTerm());
  }

  private long currentTerm() {
    return Objects.requireNonNull(division).getInfo().getCurrentTerm();
  }

  @Override
  public void notifyNotLeader(java.util.Collection<TransactionContext> pending) {
    // The term may have moved on; one in which this node leads has not begun.
    deposedTerm = currentTerm();
    events.deposed();
  }

  @Override
  public void notifyConfigurationChanged(
      long term, long raftIndex, RaftConfigurationProto configuration) {
    configurationTerm = Math.toIntExact(term);
    if (configuration.getOldPeersCount() == 0) {
      settled =
          new Settled(
              PeerNames.members(ProtoUtils.toRaftPeers(configuration.getPeersList())),
              PeerNames.members(ProtoUtils.toRaftPeers(configuration.getListenersList())));
    }
    events.configurationChanged();
  }

  /** Ratis has applied the entry that it begins a term with, and so all before it. */
  @Override
  public void notifyLeaderReady() {
    if (configurationTerm > deposedTerm) {
      teller.led(nodeId, configurationTerm);
      teller.active(nodeId, configurationTerm);
    }
  }

  @Override
  public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
    events.failed(new IOException("The quorum's log could not be written", cause));
  }
}
