package io.barnabas.server.api;

import io.barnabas.metadata.UnregisterBroker;
import io.barnabas.server.net.Call;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiError;

/** Takes a broker that is gone out of the cluster for good. Version 0. */
final class UnregisterBrokerHandler extends Handler<UnregisterBrokerRequestData> {
  private final ControlContext context;

  UnregisterBrokerHandler(ControlContext context) {
    super(ApiKeys.UNREGISTER_BROKER, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(UnregisterBrokerRequestData request, Call call) {
    CompletableFuture<?> _ =
        context
            .controller()
            .submit(new UnregisterBroker(request.brokerId()))
            .whenComplete(
                (done, failure) -> {
                  ApiError error =
                      failure == null ? ApiError.NONE : ApiError.fromThrowable(failure);
                  call.answer(
                      new UnregisterBrokerResponseData()
                          .setErrorCode(error.error().code())
                          .setErrorMessage(error.message()));
                });
  }
}
