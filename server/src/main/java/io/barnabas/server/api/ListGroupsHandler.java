package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupReads;
import io.barnabas.server.net.Call;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * ListGroups, versions 0 to 5: the groups that this node coordinates. Version 1 has a throttle
 * time, 3 the compact encoding, 4 states, which can be asked for, and 5 types, which can be too.
 */
final class ListGroupsHandler extends Handler<ListGroupsRequestData> {
  private final Groups groups;

  ListGroupsHandler(Groups groups) {
    super(ApiKeys.LIST_GROUPS, 0, 5);
    this.groups = groups;
  }

  @Override
  public void handle(ListGroupsRequestData request, Call call) {
    ListGroupsResponseData answer = new ListGroupsResponseData();
    try {
      groups
          .coordinator()
          .readAll(state -> GroupReads.list(state, request.statesFilter(), request.typesFilter()))
          .forEach(answer.groups()::addAll);
    } catch (ApiException e) {
      answer = new ListGroupsResponseData().setErrorCode(Errors.forException(e).code());
    }
    call.answer(answer);
  }
}
