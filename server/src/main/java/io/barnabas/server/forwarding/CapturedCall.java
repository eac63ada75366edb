package io.barnabas.server.forwarding;

import io.barnabas.server.net.Call;
import io.barnabas.server.net.Client;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A call whose answer does not go to the client yet. It goes on whatever becomes of the client's
 * connection.
 */
final class CapturedCall implements Call {
  private final short version;
  private final String clientId;
  private final Client client;
  private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();

  CapturedCall(short version, String clientId, Client client) {
    this.version = version;
    this.clientId = clientId;
    this.client = client;
  }

  /** The answer; fails with an {@link IOException} if there is none. */
  CompletableFuture<ApiMessage> answer() {
    return answer;
  }

  @Override
  public short version() {
    return version;
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public Client client() {
    return client;
  }

  @Override
  public void answer(ApiMessage response) {
    answer.complete(response);
  }

  @Override
  public void answerNothing() {
    close("the request has no answer");
  }

  @Override
  public void close(String reason) {
    answer.completeExceptionally(new IOException(reason));
  }

  @Override
  public void onDisconnect(Runnable action) {}

  @Override
  public void onDrain(Runnable action) {}
}
