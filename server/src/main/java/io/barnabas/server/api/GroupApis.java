package io.barnabas.server.api;

import io.barnabas.server.net.ApiHandler;
import java.util.List;

/** The APIs of groups and of the offsets that they commit. */
final class GroupApis {
  private GroupApis() {}

  static List<ApiHandler<?>> handlers(ControlContext context, Groups groups) {
    return List.of(
        new FindCoordinatorHandler(context),
        new OffsetCommitHandler(context, groups),
        new OffsetFetchHandler(context, groups),
        new OffsetDeleteHandler(context, groups),
        new JoinGroupHandler(context, groups),
        new SyncGroupHandler(context, groups),
        new HeartbeatHandler(groups),
        new LeaveGroupHandler(groups),
        new DescribeGroupsHandler(groups),
        new ListGroupsHandler(groups),
        new DeleteGroupsHandler(groups),
        new ConsumerGroupHeartbeatHandler(context, groups),
        new ConsumerGroupDescribeHandler(context, groups));
  }
}
