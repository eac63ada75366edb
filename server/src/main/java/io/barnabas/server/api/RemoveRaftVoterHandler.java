package io.barnabas.server.api;

import io.barnabas.server.api.RaftVoters.Refusal;
import io.barnabas.server.net.Call;
import java.util.Optional;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Takes a node's vote away; it follows from then on. A leader that is to go hands over first.
 *
 * <p>Version 0.
 */
final class RemoveRaftVoterHandler extends Handler<RemoveRaftVoterRequestData> {
  /** The request has no time-out of its own. */
  private static final int TIMEOUT_MS = 30_000;

  private final ControlContext context;

  /** Through the controller's quorum. */
  RemoveRaftVoterHandler(ControlContext context) {
    super(ApiKeys.REMOVE_RAFT_VOTER, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(RemoveRaftVoterRequestData request, Call call) {
    Optional<Refusal> refusal =
        RaftVoters.refusal(
            context, request.clusterId(), request.voterId(), request.voterDirectoryId(), "Remove");
    if (refusal.isPresent()) {
      call.answer(answer(refusal.get().error(), refusal.get().message()));
      return;
    }
    RaftVoters.answer(
        call,
        Later.within(
            context.world(),
            TIMEOUT_MS,
            context
                .controller()
                .removeVoter(request.voterId(), RaftVoters.uuid(request.voterDirectoryId()))),
        RemoveRaftVoterHandler::answer);
  }

  private static ApiMessage answer(Errors error, String message) {
    return new RemoveRaftVoterResponseData()
        .setErrorCode(error.code())
        .setErrorMessage(error == Errors.NONE ? null : message);
  }
}
