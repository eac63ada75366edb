package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupReads;
import io.barnabas.server.net.Call;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeGroups, versions 0 to 6: classic groups with their members.
 *
 * <ul>
 *   <li>1: a throttle time
 *   <li>3: authorized operations
 *   <li>4: static members
 *   <li>5: compact encoding
 *   <li>6: a group that there is not is GROUP_ID_NOT_FOUND; before it was one in the state Dead
 * </ul>
 */
final class DescribeGroupsHandler extends Handler<DescribeGroupsRequestData> {
  private static final int FIRST_WITH_NOT_FOUND = 6;
  private static final String DEAD = "Dead";

  private final Groups groups;

  DescribeGroupsHandler(Groups groups) {
    super(ApiKeys.DESCRIBE_GROUPS, 0, 6);
    this.groups = groups;
  }

  @Override
  public void handle(DescribeGroupsRequestData request, Call call) {
    DescribeGroupsResponseData answer = new DescribeGroupsResponseData();
    for (String group : request.groups()) {
      DescribedGroup described = describe(group, call.version());
      if (request.includeAuthorizedOperations() && described.errorCode() == Errors.NONE.code()) {
        described.setAuthorizedOperations(Operations.ON_GROUP);
      }
      answer.groups().add(described);
    }
    call.answer(answer);
  }

  private DescribedGroup describe(String group, short version) {
    if (group.isEmpty()) {
      return refused(group, Errors.INVALID_GROUP_ID);
    }
    try {
      return groups.read(
          group,
          state ->
              GroupReads.describe(state, group)
                  .orElseGet(
                      () ->
                          missing(
                              group,
                              version,
                              GroupReads.exists(state, group)
                                  ? "Group %s is not a classic group."
                                  : "Group %s not found.")));
    } catch (ApiException e) {
      return refused(group, Errors.forException(e));
    }
  }

  private static DescribedGroup missing(String group, short version, String why) {
    DescribedGroup dead = new DescribedGroup().setGroupId(group).setGroupState(DEAD);
    return version < FIRST_WITH_NOT_FOUND
        ? dead
        : dead.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code()).setErrorMessage(why.formatted(group));
  }

  private static DescribedGroup refused(String group, Errors error) {
    return new DescribedGroup().setGroupId(group).setErrorCode(error.code());
  }
}
