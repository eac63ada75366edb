package io.barnabas.server.membership;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.quorum.Leadership;
import io.barnabas.server.control.Controller;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** The way to the active controller, wherever it is. Thread-safe. */
final class ControllerLink {
  private final NodeIdentity self;
  private final Controller controller;
  private final Members members;
  private final PeerRequests peers;

  ControllerLink(NodeIdentity self, Controller controller, Members members, PeerRequests peers) {
    this.self = self;
    this.controller = controller;
    this.members = members;
    this.peers = peers;
  }

  /**
   * Asks the active controller. Never waits.
   *
   * @param timeoutMs after which another node has not answered
   * @return the answer; or an {@link IOException} if there is none, or no controller is known
   */
  CompletableFuture<? extends ApiMessage> send(ApiMessage request, int timeoutMs) {
    Leadership leadership = controller.leadership();
    if (leadership.active()) {
      return here(request);
    }
    int leader = leadership.leaderId().orElse(self.id());
    Optional<Endpoint> there = self.controllerEndpoint(controller.image(), leader);
    return there.isPresent()
        ? peers.send(there.get(), request, timeoutMs)
        : CompletableFuture.failedFuture(new IOException("No controller is known to be active"));
  }

  private CompletableFuture<? extends ApiMessage> here(ApiMessage request) {
    return switch (request) {
      case BrokerRegistrationRequestData registration -> members.register(registration);
      case BrokerHeartbeatRequestData beat -> members.heartbeat(beat, OptionalLong.empty());
      case ControllerRegistrationRequestData registration ->
          members.registerController(registration);
      default -> throw new IllegalArgumentException("Not a member's request: " + request);
    };
  }
}
