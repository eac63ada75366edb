package io.barnabas.quorum.ratis;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call of one server to another through as long as it is meant for this one. Ratis answers
 * whatever comes, also what is meant for the member that the same node was with its former disk: it
 * would answer in that one's name, and fail when entries come to both at the same time.
 */
final class AddressedHere<Q, A> extends ForwardingServerCallListener<Q> {
  private final RaftPeerId self;
  private final ServerCall<Q, A> call;
  private final ServerCall.Listener<Q> next;
  private boolean refused;

  AddressedHere(RaftPeerId self, ServerCall<Q, A> call, ServerCall.Listener<Q> next) {
    this.self = self;
    this.call = call;
    this.next = next;
  }

  @Override
  protected ServerCall.Listener<Q> delegate() {
    return next;
  }

  @Override
  public void onMessage(Q message) {
    RaftRpcRequestProto request = request(message);
    if (request == null || RaftPeerId.valueOf(request.getReplyId()).equals(self)) {
      super.onMessage(committingOnlyWhatMatches(message));
    } else if (!refused) {
      refused = true;
      call.close(
          Status.UNAVAILABLE.withDescription("That member is here no longer"), new Metadata());
      next.onCancel();
    }
  }

  /**
   * A request that begins with the very first entry proves no more than the entries that it brings.
   * Ratis would take one more for committed, which may be another leader's here: this node would
   * refuse for ever what the others have in that place.
   */
  @SuppressWarnings("unchecked") // It is of the same class as before.
  static <Q> Q committingOnlyWhatMatches(Q message) {
    if (message instanceof AppendEntriesRequestProto append
        && !append.hasPreviousLog()
        && append.getLeaderCommit() >= append.getEntriesCount()) {
      return (Q) append.toBuilder().setLeaderCommit(append.getEntriesCount() - 1L).build();
    }
    return message;
  }

  @Override
  public void onHalfClose() {
    if (!refused) {
      super.onHalfClose();
    }
  }

  private static @Nullable RaftRpcRequestProto request(Object message) {
    return switch (message) {
      case AppendEntriesRequestProto append -> append.getServerRequest();
      case RequestVoteRequestProto vote -> vote.getServerRequest();
      case InstallSnapshotRequestProto snapshot -> snapshot.getServerRequest();
      case StartLeaderElectionRequestProto election -> election.getServerRequest();
      case ReadIndexRequestProto read -> read.getServerRequest();
      default -> null;
    };
  }
}
