package io.barnabas.server.api;

import io.barnabas.server.membership.Members;
import io.barnabas.server.net.Call;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** A controller makes itself known to the active one. Version 0. */
final class ControllerRegistrationHandler extends Handler<ControllerRegistrationRequestData> {
  private final Members members;

  ControllerRegistrationHandler(Members members) {
    super(ApiKeys.CONTROLLER_REGISTRATION, 0, 0);
    this.members = members;
  }

  @Override
  public void handle(ControllerRegistrationRequestData request, Call call) {
    CompletableFuture<?> _ = members.registerController(request).thenAccept(call::answer);
  }
}
