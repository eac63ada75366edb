package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.server.control.NewIds;
import io.barnabas.server.net.Call;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * JoinGroup, versions 0 to 9: takes a member into a group of the classic protocol. Answered when
 * all members have joined the next generation, or were waited for long enough.
 *
 * <ul>
 *   <li>1: a time-out for rebalances besides that of the session
 *   <li>2: a throttle time
 *   <li>4: a newcomer gets an id first, with MEMBER_ID_REQUIRED, and comes back with it
 *   <li>5: static members
 *   <li>6: compact encoding
 *   <li>7: the answer has the group's protocol type, and may have no protocol's name
 *   <li>8: why the member joins
 *   <li>9: a leader may be told that it need not assign anew
 * </ul>
 */
final class JoinGroupHandler extends Handler<JoinGroupRequestData> {
  private static final int FIRST_WITH_KNOWN_IDS = 4;
  private static final int FIRST_WITHOUT_PROTOCOL_NAME = 7;
  private static final int FIRST_WITHOUT_ASSIGNING = 9;

  private final ControlContext context;
  private final Groups groups;

  JoinGroupHandler(ControlContext context, Groups groups) {
    super(ApiKeys.JOIN_GROUP, 0, 9);
    this.context = context;
    this.groups = groups;
  }

  @Override
  public void handle(JoinGroupRequestData request, Call call) {
    Uuid drawn = NewIds.draw(context.world().randomness());
    GroupCommand.Client client = Groups.client(call);
    GroupCommand.Join join =
        new GroupCommand.Join(
            request,
            client,
            call.version() >= FIRST_WITH_KNOWN_IDS,
            call.version() >= FIRST_WITHOUT_ASSIGNING,
            new UUID(drawn.getMostSignificantBits(), drawn.getLeastSignificantBits()).toString(),
            context.image());
    groups.<JoinGroupResponseData>decide(
        call,
        request.groupId(),
        join,
        answer -> forVersion(answer, call.version()),
        error -> forVersion(refusal(request, error), call.version()));
  }

  private static JoinGroupResponseData refusal(JoinGroupRequestData request, Errors error) {
    return new JoinGroupResponseData()
        .setErrorCode(error.code())
        .setMemberId(request.memberId())
        .setGenerationId(-1)
        .setProtocolName(null)
        .setLeader("");
  }

  private static ApiMessage forVersion(JoinGroupResponseData answer, short version) {
    return version < FIRST_WITHOUT_PROTOCOL_NAME && answer.protocolName() == null
        ? answer.setProtocolName("")
        : answer;
  }
}
