package io.barnabas.server.forwarding;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.server.forwarding.Forwarder.Way;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Client;
import io.barnabas.server.net.EnclosedRequest;
import io.barnabas.server.peers.NotSentException;
import io.barnabas.world.Clock;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request on its way to the active controller. One try at a time. */
final class Forwarding {
  private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);

  private static final short ENVELOPE_VERSION = 0;

  /** Between two tries. */
  private static final long PAUSE_NANOS = 50_000_000;

  private final Forwarder forwarder;
  private final ApiHandler<?> handler;
  private final EnclosedRequest request;
  private final Client client;
  private final Way way;
  private final long deadlineNanos;
  private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
  private @Nullable ByteBuffer enclosed;

  Forwarding(
      Forwarder forwarder, ApiHandler<?> handler, EnclosedRequest request, Client client, Way way) {
    this.forwarder = forwarder;
    this.handler = handler;
    this.request = request;
    this.client = client;
    this.way = way;
    deadlineNanos =
        forwarder.world().clock().nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(Timeouts.of(request.message()));
  }

  /** What came out. */
  CompletableFuture<ApiMessage> answer() {
    return answer;
  }

  void start() {
    tryIt(true);
  }

  private void tryIt(boolean first) {
    long leftMs = TimeUnit.NANOSECONDS.toMillis(leftNanos());
    if (leftMs <= 0 && !first) {
      refuse(Errors.REQUEST_TIMED_OUT);
      return;
    }
    try {
      Optional<Endpoint> there = forwarder.leader();
      if (forwarder.leadsHere()) {
        here();
      } else if (there.isPresent()) {
        there(there.get(), Math.toIntExact(Math.clamp(leftMs, 1, Integer.MAX_VALUE)));
      } else {
        later();
      }
    } catch (RuntimeException e) {
      // A defect: the connection is closed, as it is when a handler throws.
      answer.completeExceptionally(e);
    }
  }

  private long leftNanos() {
    return deadlineNanos - forwarder.world().clock().nanoTime();
  }

  private void later() {
    Clock.Timer _ =
        forwarder
            .world()
            .clock()
            .schedule(Math.clamp(leftNanos(), 0, PAUSE_NANOS), () -> tryIt(false));
  }

  private void refuse(Errors error) {
    answer.complete(Answers.refusal(request, error));
  }

  private void here() {
    CompletableFuture<ApiMessage> _ =
        Forwarder.here(handler, request, client)
            .whenComplete(
                (message, failure) ->
                    settling(
                        () -> {
                          if (message == null) {
                            answer.completeExceptionally(failure);
                          } else {
                            finishUnlessNotController(message);
                          }
                        }));
  }

  /** What throws here is a defect, or another node's; a future would swallow it. */
  private void settling(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.error("The answer to {} from the active controller is of no use", request.api(), e);
      refuse(Errors.UNKNOWN_SERVER_ERROR);
    }
  }

  private void finishUnlessNotController(ApiMessage message) {
    if (leftNanos() > 0 && Answers.saysNotController(message, request.api(), request.version())) {
      later();
    } else {
      answer.complete(message);
    }
  }

  private void there(Endpoint endpoint, int timeoutMs) {
    CompletableFuture<ApiMessage> reply =
        way == Way.DIRECT
            ? forwarder
                .peers(request.api())
                .send(endpoint, request.api(), request.version(), request.message(), timeoutMs)
            : forwarder
                .peers(request.api())
                .send(endpoint, ApiKeys.ENVELOPE, ENVELOPE_VERSION, envelope(), timeoutMs);
    CompletableFuture<ApiMessage> _ =
        reply.whenComplete(
            (message, failure) ->
                settling(
                    () -> {
                      if (message instanceof EnvelopeResponseData opened) {
                        disclose(opened);
                      } else if (message != null) {
                        finishUnlessNotController(message);
                      } else {
                        failed(failure);
                      }
                    }));
  }

  private EnvelopeRequestData envelope() {
    ByteBuffer bytes = enclosed;
    if (bytes == null) {
      bytes =
          EnclosedRequest.write(
              request.api(), request.version(), request.clientId(), request.message());
      enclosed = bytes;
    }
    return new EnvelopeRequestData()
        .setRequestData(bytes.duplicate())
        .setRequestPrincipal(Principals.write(client.principal()))
        .setClientHostAddress(Principals.address(client.remoteAddress()));
  }

  private void failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof NotSentException) {
      later();
    } else {
      LOG.debug("Nothing is known of a request to the active controller", cause);
      refuse(Errors.REQUEST_TIMED_OUT);
    }
  }

  private void disclose(EnvelopeResponseData envelope) {
    Errors error = Errors.forCode(envelope.errorCode());
    if (error == Errors.NOT_CONTROLLER) {
      later();
    } else if (error != Errors.NONE) {
      LOG.warn("The active controller refused a client's {}: {}", request.api(), error);
      refuse(Errors.UNKNOWN_SERVER_ERROR);
    } else {
      ApiMessage message = Answers.disclose(envelope, request.api(), request.version());
      finishWhenSeen(message, Answers.imageVersion(envelope).orElse(0));
    }
  }

  /** A client that reads at this node sees what it wrote. */
  private void finishWhenSeen(ApiMessage message, long imageVersion) {
    Clock.Timer timer =
        forwarder
            .world()
            .clock()
            .schedule(Math.max(0, leftNanos()), () -> refuse(Errors.REQUEST_TIMED_OUT));
    CompletableFuture<Void> _ =
        forwarder
            .controller()
            .awaitVersion(imageVersion)
            .whenComplete(
                (seen, failure) -> {
                  timer.cancel();
                  if (failure == null) {
                    answer.complete(message);
                  } else {
                    refuse(Errors.REQUEST_TIMED_OUT);
                  }
                });
  }
}
