package io.barnabas.server.forwarding;

import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Call;
import io.barnabas.server.net.EnclosedRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the requests of one API to the active controller, whose own handler carries them out. */
public final class ForwardingHandler<Q extends ApiMessage> implements ApiHandler<Q> {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardingHandler.class);

  private final Forwarder forwarder;
  private final ApiHandler<Q> handler;

  /** For what this handler serves. */
  public ForwardingHandler(Forwarder forwarder, ApiHandler<Q> handler) {
    this.forwarder = forwarder;
    this.handler = handler;
  }

  @Override
  public ApiKeys api() {
    return handler.api();
  }

  @Override
  public short oldestVersion() {
    return handler.oldestVersion();
  }

  @Override
  public short newestVersion() {
    return handler.newestVersion();
  }

  @Override
  public void handle(Q request, Call call) {
    EnclosedRequest enclosed =
        new EnclosedRequest(api(), call.version(), 0, call.clientId(), request);
    CompletableFuture<ApiMessage> _ =
        forwarder
            .forward(handler, enclosed, call.client())
            .whenComplete(
                (answer, failure) -> {
                  if (answer != null) {
                    call.answer(answer);
                  } else {
                    LOG.error("A defect: {} could not be answered", api(), failure);
                    call.close("The answer could not be made");
                  }
                });
  }
}
