package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.server.net.Call;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * SyncGroup, versions 0 to 5: a member fetches its assignment, and the leader brings all of them.
 * Answered when the leader has.
 *
 * <ul>
 *   <li>1: a throttle time
 *   <li>3: static members
 *   <li>4: compact encoding
 *   <li>5: protocol type and name in request and answer; others than the group's are
 *       INCONSISTENT_GROUP_PROTOCOL, and a request without them is
 * </ul>
 */
final class SyncGroupHandler extends Handler<SyncGroupRequestData> {
  private static final int FIRST_WITH_PROTOCOL = 5;

  private final ControlContext context;
  private final Groups groups;

  SyncGroupHandler(ControlContext context, Groups groups) {
    super(ApiKeys.SYNC_GROUP, 0, 5);
    this.context = context;
    this.groups = groups;
  }

  @Override
  public void handle(SyncGroupRequestData request, Call call) {
    if (call.version() >= FIRST_WITH_PROTOCOL
        && (request.protocolType() == null || request.protocolName() == null)) {
      call.answer(
          new SyncGroupResponseData().setErrorCode(Errors.INCONSISTENT_GROUP_PROTOCOL.code()));
      return;
    }
    groups.<SyncGroupResponseData>decide(
        call,
        request.groupId(),
        new GroupCommand.Sync(request, context.image()),
        answer -> answer,
        error -> new SyncGroupResponseData().setErrorCode(error.code()));
  }
}
