package io.barnabas.server.api;

import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.server.net.Call;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteGroups, versions 0 to 3: forgets groups that have no members, with what they committed.
 * Version 1 has a throttle time, 2 the compact encoding, 3 error messages.
 */
final class DeleteGroupsHandler extends Handler<DeleteGroupsRequestData> {
  private final Groups groups;

  DeleteGroupsHandler(Groups groups) {
    super(ApiKeys.DELETE_GROUPS, 0, 3);
    this.groups = groups;
  }

  @Override
  public void handle(DeleteGroupsRequestData request, Call call) {
    Map<String, CompletableFuture<Errors>> deletions = new LinkedHashMap<>();
    for (String group : request.groupsNames()) {
      deletions.computeIfAbsent(group, this::delete);
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(deletions.values().toArray(CompletableFuture[]::new));
    Later.answer(call, all, _ -> answer(deletions), error -> answer(deletions));
  }

  private CompletableFuture<Errors> delete(String group) {
    return group.isEmpty()
        ? CompletableFuture.completedFuture(Errors.INVALID_GROUP_ID)
        : groups
            .coordinator()
            .<Errors>submit(group, new GroupCommand.DeleteGroup(group))
            .exceptionally(Later::error);
  }

  private static DeleteGroupsResponseData answer(Map<String, CompletableFuture<Errors>> deletions) {
    DeleteGroupsResponseData answer = new DeleteGroupsResponseData();
    deletions.forEach(
        (group, outcome) ->
            answer
                .results()
                .add(
                    new DeletableGroupResult()
                        .setGroupId(group)
                        .setErrorCode(outcome.join().code())));
    return answer;
  }
}
