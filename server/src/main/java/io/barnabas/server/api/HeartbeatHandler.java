package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.server.net.Call;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Heartbeat, versions 0 to 4: a member of a classic group lives, and learns whether it has to join
 * again. Version 1 has a throttle time, 3 static members, 4 the compact encoding.
 */
final class HeartbeatHandler extends Handler<HeartbeatRequestData> {
  private final Groups groups;

  HeartbeatHandler(Groups groups) {
    super(ApiKeys.HEARTBEAT, 0, 4);
    this.groups = groups;
  }

  @Override
  public void handle(HeartbeatRequestData request, Call call) {
    groups.<HeartbeatResponseData>decide(
        call,
        request.groupId(),
        new GroupCommand.Heartbeat(request),
        answer -> answer,
        error -> new HeartbeatResponseData().setErrorCode(error.code()));
  }
}
