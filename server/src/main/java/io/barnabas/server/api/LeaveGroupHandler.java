package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.server.net.Call;
import java.util.List;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * LeaveGroup, versions 0 to 5: takes members out of a group.
 *
 * <ul>
 *   <li>1: a throttle time
 *   <li>3: many members, static ones too, each with an error of its own
 *   <li>4: compact encoding
 *   <li>5: why each member leaves
 * </ul>
 */
final class LeaveGroupHandler extends Handler<LeaveGroupRequestData> {
  private static final int FIRST_WITH_MANY = 3;

  private final Groups groups;

  LeaveGroupHandler(Groups groups) {
    super(ApiKeys.LEAVE_GROUP, 0, 5);
    this.groups = groups;
  }

  @Override
  public void handle(LeaveGroupRequestData request, Call call) {
    boolean many = call.version() >= FIRST_WITH_MANY;
    LeaveGroupRequestData asked =
        many
            ? request
            : new LeaveGroupRequestData()
                .setGroupId(request.groupId())
                .setMembers(List.of(new MemberIdentity().setMemberId(request.memberId())));
    groups.<LeaveGroupResponseData>decide(
        call,
        request.groupId(),
        new GroupCommand.Leave(asked),
        answer -> many ? answer : ofOne(answer),
        error -> new LeaveGroupResponseData().setErrorCode(error.code()));
  }

  /** The error of the only member is the error of all. */
  private static ApiMessage ofOne(LeaveGroupResponseData answer) {
    short error =
        answer.members().isEmpty() ? answer.errorCode() : answer.members().getFirst().errorCode();
    return new LeaveGroupResponseData().setErrorCode(error);
  }
}
