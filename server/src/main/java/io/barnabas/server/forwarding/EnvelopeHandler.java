package io.barnabas.server.forwarding;

import io.barnabas.server.control.Controller;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Call;
import io.barnabas.server.net.Client;
import io.barnabas.server.net.EnclosedRequest;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out clients' requests that other nodes have taken, version 0, while the active controller
 * is here; answers NOT_CONTROLLER if nothing was done because it is not. The answer carries the
 * version of the image that it was made of. Many clients' requests come over one connection, so it
 * is never closed for one of them. What it says of the client is believed, so this is to be served
 * only where nodes come in.
 */
public final class EnvelopeHandler implements ApiHandler<EnvelopeRequestData> {
  private static final Logger LOG = LoggerFactory.getLogger(EnvelopeHandler.class);

  private final Controller controller;
  private final Map<ApiKeys, ApiHandler<?>> handlers = new EnumMap<>(ApiKeys.class);

  /** For the APIs of these handlers. */
  public EnvelopeHandler(Controller controller, Collection<? extends ApiHandler<?>> handlers) {
    this.controller = controller;
    for (ApiHandler<?> handler : handlers) {
      this.handlers.put(handler.api(), handler);
    }
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.ENVELOPE;
  }

  @Override
  public short oldestVersion() {
    return 0;
  }

  @Override
  public short newestVersion() {
    return 0;
  }

  @Override
  public void handle(EnvelopeRequestData envelope, Call call) {
    EnclosedRequest request;
    Client client;
    try {
      client = client(envelope, call.client());
      request = EnclosedRequest.read(envelope.requestData());
    } catch (SerializationException e) {
      refuse(call, Errors.PRINCIPAL_DESERIALIZATION_FAILURE);
      return;
    } catch (RuntimeException | UnknownHostException e) {
      LOG.warn("{} sent an envelope that cannot be read: {}", call.client().remoteAddress(), e);
      refuse(call, Errors.INVALID_REQUEST);
      return;
    }
    ApiHandler<?> handler = handlers.get(request.api());
    if (handler == null) {
      refuse(call, Errors.INVALID_REQUEST);
    } else if (request.version() < handler.oldestVersion()
        || request.version() > handler.newestVersion()) {
      refuse(call, Errors.UNSUPPORTED_VERSION);
    } else {
      carryOut(handler, request, client, call);
    }
  }

  /** Who asked the other node, as that says. */
  private static Client client(EnvelopeRequestData envelope, Client node)
      throws UnknownHostException {
    return new Client(
        node.connectionId(),
        node.listenerName(),
        node.localAddress(),
        Principals.readAddress(envelope.clientHostAddress()),
        Principals.read(envelope.requestPrincipal()));
  }

  private static void refuse(Call call, Errors error) {
    call.answer(new EnvelopeResponseData().setErrorCode(error.code()));
  }

  private void carryOut(ApiHandler<?> handler, EnclosedRequest request, Client client, Call call) {
    CompletableFuture<ApiMessage> _ =
        Forwarder.here(handler, request, client)
            .whenComplete(
                (answer, failure) -> {
                  if (answer == null) {
                    LOG.error("A defect: {} could not be answered", request.api(), failure);
                    refuse(call, Errors.UNKNOWN_SERVER_ERROR);
                  } else {
                    answer(request, answer, call);
                  }
                });
  }

  private void answer(EnclosedRequest request, ApiMessage answer, Call call) {
    try {
      if (Answers.saysNotController(answer, request.api(), request.version())) {
        refuse(call, Errors.NOT_CONTROLLER);
      } else {
        call.answer(Answers.enclose(request, answer, controller.image().version()));
      }
    } catch (RuntimeException e) {
      LOG.error("A defect: the answer to {} could not be enclosed", request.api(), e);
      refuse(call, Errors.UNKNOWN_SERVER_ERROR);
    }
  }
}
