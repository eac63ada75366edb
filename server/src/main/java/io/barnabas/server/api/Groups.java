package io.barnabas.server.api;

import io.barnabas.coordinator.Coordinator;
import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.coordinator.group.GroupsState;
import io.barnabas.server.net.Call;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** How handlers ask the coordinator of groups. */
record Groups(Coordinator<GroupsState, GroupCommand> coordinator) {
  /**
   * Has a command decided by whoever coordinates a group here, and answers with what comes out.
   *
   * @param refusal the answer if nothing comes out
   */
  <A extends ApiMessage> void decide(
      Call call,
      String group,
      GroupCommand command,
      Function<A, ApiMessage> answer,
      Function<Errors, ApiMessage> refusal) {
    answer(call, coordinator.submit(group, command), answer, refusal);
  }

  /** Answers with what comes out of a command. */
  <A extends ApiMessage> void answer(
      Call call,
      CompletableFuture<A> decided,
      Function<A, ApiMessage> answer,
      Function<Errors, ApiMessage> refusal) {
    // Members may wait for each other for minutes; another node coordinates them soon.
    call.onDrain(
        () -> decided.completeExceptionally(new NotCoordinatorException("The node stops")));
    Later.answer(call, decided, answer, refusal);
  }

  /** Who asks. */
  static GroupCommand.Client client(Call call) {
    return new GroupCommand.Client(
        call.clientId(), "/" + call.client().remoteAddress().getAddress().getHostAddress());
  }

  /** What a client is told of a failed look at a group. */
  <R> R read(String group, Function<GroupsState, R> reader) {
    return coordinator.read(group, reader);
  }
}
