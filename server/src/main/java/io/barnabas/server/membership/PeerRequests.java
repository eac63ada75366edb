package io.barnabas.server.membership;

import io.barnabas.metadata.Fact;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;

/** Sends requests to other nodes. */
@FunctionalInterface
public interface PeerRequests {
  /**
   * Sends a request in the newest version that both sides of a release know. Never waits.
   *
   * @param to where the other node takes requests
   * @param timeoutMs 1 or more
   * @return the answer, or an {@link java.io.IOException} if there is none
   */
  CompletableFuture<ApiMessage> send(Fact.Endpoint to, ApiMessage request, int timeoutMs);
}
