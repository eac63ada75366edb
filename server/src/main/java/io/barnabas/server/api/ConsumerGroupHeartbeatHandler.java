package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.coordinator.group.RegexMatches;
import io.barnabas.coordinator.group.RegexSearch;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Features;
import io.barnabas.server.control.NewIds;
import io.barnabas.server.net.Call;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * ConsumerGroupHeartbeat, versions 0 and 1: a member of a group of the consumer protocol (KIP-848)
 * joins, reports what it has and reads, learns what it is to have, or leaves. Answered when what
 * was decided is replicated; nobody waits for other members. In version 1 members bring their own
 * ids, and may subscribe by a regular expression.
 */
final class ConsumerGroupHeartbeatHandler extends Handler<ConsumerGroupHeartbeatRequestData> {
  private final ControlContext context;
  private final Groups groups;
  private final RegexSearch search;

  ConsumerGroupHeartbeatHandler(ControlContext context, Groups groups) {
    super(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, 1);
    this.context = context;
    this.groups = groups;
    search = new RegexSearch(context.world(), context.atStart().groups().consumers().assignors());
  }

  @Override
  public void handle(ConsumerGroupHeartbeatRequestData request, Call call) {
    if (!context.image().features().containsKey(Features.GROUP_VERSION)) {
      call.answer(refusal(Errors.UNSUPPORTED_VERSION));
      return;
    }
    ClusterImage image = context.image();
    GroupCommand.Client client = Groups.client(call);
    String uniquePart = NewIds.draw(context.world().randomness()).toString();
    groups.answer(
        call,
        matches(request, call.version(), image)
            .thenCompose(
                matches ->
                    groups
                        .coordinator()
                        .<ConsumerGroupHeartbeatResponseData>submit(
                            request.groupId(),
                            new GroupCommand.ConsumerHeartbeat(
                                request, call.version(), client, uniquePart, image, matches))),
        answer -> answer,
        ConsumerGroupHeartbeatHandler::refusal);
  }

  private CompletableFuture<Optional<RegexMatches>> matches(
      ConsumerGroupHeartbeatRequestData request, int version, ClusterImage image) {
    if (request.subscribedTopicRegex() == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    try {
      return groups.read(
          request.groupId(), state -> search.matches(request, version, state, image));
    } catch (ApiException e) {
      // It is not coordinated here, or not yet, which the answer to the command says.
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }

  private static ApiMessage refusal(Errors error) {
    return new ConsumerGroupHeartbeatResponseData()
        .setErrorCode(error.code())
        .setErrorMessage(error.message());
  }
}
