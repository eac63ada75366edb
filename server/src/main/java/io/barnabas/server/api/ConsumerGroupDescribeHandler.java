package io.barnabas.server.api;

import io.barnabas.coordinator.group.ConsumerReads;
import io.barnabas.coordinator.group.GroupReads;
import io.barnabas.coordinator.group.GroupsState;
import io.barnabas.server.net.Call;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * ConsumerGroupDescribe, versions 0 and 1: groups of the consumer protocol with their members, what
 * these have and are to have. Version 1 says by which protocol each member speaks.
 */
final class ConsumerGroupDescribeHandler extends Handler<ConsumerGroupDescribeRequestData> {
  private final ControlContext context;
  private final Groups groups;

  ConsumerGroupDescribeHandler(ControlContext context, Groups groups) {
    super(ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, 1);
    this.context = context;
    this.groups = groups;
  }

  @Override
  public void handle(ConsumerGroupDescribeRequestData request, Call call) {
    ConsumerGroupDescribeResponseData answer = new ConsumerGroupDescribeResponseData();
    for (String group : request.groupIds()) {
      DescribedGroup described = describe(group);
      if (request.includeAuthorizedOperations() && described.errorCode() == Errors.NONE.code()) {
        described.setAuthorizedOperations(Operations.ON_GROUP);
      }
      answer.groups().add(described);
    }
    call.answer(answer);
  }

  private DescribedGroup describe(String group) {
    if (group.isEmpty()) {
      return refused(group, Errors.INVALID_GROUP_ID);
    }
    try {
      return groups.read(group, state -> describe(state, group));
    } catch (ApiException e) {
      return refused(group, Errors.forException(e));
    }
  }

  private DescribedGroup describe(GroupsState state, String group) {
    return ConsumerReads.describe(
            state, group, context.image(), context.settings().atStart().groups().consumers())
        .orElseGet(
            () ->
                refused(group, Errors.GROUP_ID_NOT_FOUND)
                    .setErrorMessage(
                        (GroupReads.exists(state, group)
                                ? "Group %s is not a consumer group."
                                : "Group %s not found.")
                            .formatted(group)));
  }

  private static DescribedGroup refused(String group, Errors error) {
    return new DescribedGroup().setGroupId(group).setErrorCode(error.code());
  }
}
