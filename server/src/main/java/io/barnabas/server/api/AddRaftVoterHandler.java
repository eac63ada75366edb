package io.barnabas.server.api;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.server.api.RaftVoters.Refusal;
import io.barnabas.server.net.Call;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Gives a node that follows the quorum a vote.
 *
 * <p>Versions 0 to 1. Version 1 can be answered before the change is committed; here it is not. Of
 * the addresses in the request, which are those that the node was given itself, nothing is used:
 * the quorum knows where it reaches the node already.
 */
final class AddRaftVoterHandler extends Handler<AddRaftVoterRequestData> {
  private final ControlContext context;

  /** Through the controller's quorum. */
  AddRaftVoterHandler(ControlContext context) {
    super(ApiKeys.ADD_RAFT_VOTER, 0, 1);
    this.context = context;
  }

  @Override
  public void handle(AddRaftVoterRequestData request, Call call) {
    Optional<Refusal> refusal = refusal(request);
    if (refusal.isPresent()) {
      call.answer(answer(refusal.get().error(), refusal.get().message()));
      return;
    }
    AddRaftVoterRequestData.Listener address = request.listeners().iterator().next();
    QuorumMember voter =
        new QuorumMember(
            request.voterId(),
            RaftVoters.uuid(request.voterDirectoryId()),
            address.host(),
            address.port());
    RaftVoters.answer(
        call,
        Later.within(context.world(), request.timeoutMs(), context.controller().addVoter(voter)),
        AddRaftVoterHandler::answer);
  }

  private Optional<Refusal> refusal(AddRaftVoterRequestData request) {
    Optional<Refusal> refusal =
        RaftVoters.refusal(
            context, request.clusterId(), request.voterId(), request.voterDirectoryId(), "Add");
    if (refusal.isPresent()) {
      return refusal;
    }
    if (request.listeners().isEmpty()) {
      return Optional.of(
          new Refusal(
              Errors.INVALID_REQUEST, "Add voter request didn't include the voter's endpoints"));
    }
    // A node that is alone knows of no controllers, and has a better reason to refuse.
    Set<Integer> controllers = context.image().controllers().keySet();
    if (!controllers.isEmpty() && !controllers.contains(request.voterId())) {
      return Optional.of(
          new Refusal(
              Errors.INVALID_REQUEST,
              ("Node %d is not known as a controller: a voter needs the controller role in"
                      + " process.roles, and must be running")
                  .formatted(request.voterId())));
    }
    // The quorum could put the new directory in the old one's place; Kafka has the old one removed.
    boolean known =
        context.controller().quorumStatus().voters().stream()
            .map(QuorumStatus.Progress::member)
            .anyMatch(voter -> voter.nodeId() == request.voterId());
    return known
        ? Optional.of(
            new Refusal(
                Errors.DUPLICATE_VOTER,
                "The voter id %d is already part of the set of voters"
                    .formatted(request.voterId())))
        : Optional.empty();
  }

  private static ApiMessage answer(Errors error, String message) {
    return new AddRaftVoterResponseData()
        .setErrorCode(error.code())
        .setErrorMessage(error == Errors.NONE ? null : message);
  }
}
